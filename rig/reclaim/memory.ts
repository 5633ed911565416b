import { FRAME_BYTES } from "../../src/host/index.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { NodeHost } from "../../src/node/index.ts";

const MIB = 2 ** 20;

/** Memory at one moment, in MiB. */
export interface MemoryUse {
  /** Of the whole process: what `ps` and a container's limit see. */
  readonly rss: number;
  /** Of it, the pages of guest memory. */
  readonly guest: number;
}

/** Without garbage, so that the state the guest was restored from does not count. */
export function memoryUse(host: NodeHost): MemoryUse {
  collectGarbage();
  return { rss: process.memoryUsage.rss() / MIB, guest: (host.residentFrames * FRAME_BYTES) / MIB };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
