import { describe, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { NODE_HOST_OPTIONS, NodeHost } from "./node-host.ts";
import type { HugePages } from "./huge-pages.ts";

/** The parts of v86 that {@link reclaimingHost} touches. */
interface V86WithMemory {
  readonly v86: {
    readonly cpu: {
      readonly wasm_memory: { readonly buffer: ArrayBuffer };
      /** A Proxy: only its offset is used. */
      readonly mem8: { readonly byteOffset: number };
      readonly memory_size: ArrayLike<number>;
      jit_dirty_cache(start: number, end: number): void;
    };
  };
}

/** Options of {@link reclaimingHost}. */
export interface ReclaimingHostOptions {
  /** Lock all of guest memory, so that ballooned pages are really unlocked and then locked again. @default false */
  readonly lock?: boolean;
  /** The largest number of borders between locked and unlocked memory that unlocking may make. @default 8192 */
  readonly maxBorders?: number;
  /**
   * With `"avoid"`, guest memory stays in pages of 4 KiB, because transparent huge pages would bring back memory that
   * was given.
   * @default "allow"
   */
  readonly hugePages?: HugePages;
}

/** The kind of every option of {@link reclaimingHost}. */
export const RECLAIMING_HOST_OPTIONS: Table<ReclaimingHostOptions> = {
  lock: NODE_HOST_OPTIONS.lock,
  maxBorders: NODE_HOST_OPTIONS.maxBorders,
  hugePages: NODE_HOST_OPTIONS.hugePages,
};

/**
 * Makes the host for a v86 machine under Node. Its ballooned and reported pages leave the process:
 * `attachBalloon(emulator, { host: reclaimingHost(emulator) })`.
 *
 * @param emulator a V86 instance after its event "emulator-loaded"
 * @throws NodeHostError on unsupported systems, or if it cannot lock that much memory; TypeError unless `emulator` is a
 * loaded V86; TypeError or RangeError for wrong options
 */
export function reclaimingHost(emulator: object, given?: ReclaimingHostOptions): NodeHost {
  const options = readOptions("reclaimingHost", RECLAIMING_HOST_OPTIONS, given);
  if (!isLoaded(emulator)) {
    throw new TypeError(
      `emulator: expected a V86 after its event "emulator-loaded", got ${describe(emulator)}`,
    );
  }
  const { cpu } = emulator.v86;
  return new NodeHost({
    ram: () => new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]),
    // Otherwise v86 would go on running code that it translated from a discarded page.
    written: (start, end) => {
      cpu.jit_dirty_cache(start, end);
    },
    lock: options.lock ?? false,
    hugePages: options.hugePages ?? "allow",
    ...(options.maxBorders === undefined ? {} : { maxBorders: options.maxBorders }),
  });
}

function isLoaded(emulator: unknown): emulator is V86WithMemory {
  const v86 = (emulator as Partial<V86WithMemory> | null | undefined)?.v86;
  return (v86?.cpu as Partial<V86WithMemory["v86"]["cpu"]> | undefined)?.mem8 !== undefined;
}
