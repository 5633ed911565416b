import { FRAME_BYTES } from "../../src/memory/index.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { NodeHost } from "../../src/node/index.ts";

const MIB = 2 ** 20;

/** Memory use at one moment, in MiB. */
export interface MemoryUse {
  /** Memory of the whole process, as `ps` and a container's limit count it. */
  readonly rss: number;
  /** The part of it that is guest memory. */
  readonly guest: number;
}

/** Measures after a garbage collection, so that the state the guest was restored from does not count. */
export function memoryUse(host: NodeHost): MemoryUse {
  collectGarbage();
  return { rss: process.memoryUsage.rss() / MIB, guest: (host.residentFrames * FRAME_BYTES) / MIB };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
