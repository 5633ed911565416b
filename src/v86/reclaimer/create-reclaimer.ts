/// <reference lib="esnext.disposable" preserve="true" />
import { surface } from "../../balloon/index.ts";
import { check, readOptions } from "../../options/index.ts";
import type { Table } from "../../options/index.ts";
import { balloonOf } from "../attach-balloon.ts";
import { compact } from "../compact/compact.ts";
import type { Compaction } from "../compact/compact.ts";
import type { MachineOptions } from "../compact/machine-options.ts";
import type { V86Like } from "../v86-like.ts";
import { Quiet } from "./quiet.ts";
import { ReclaimLoop } from "./reclaim-loop.ts";

const MIB = 2 ** 20;

/** Options of {@link createReclaimer}. */
export interface ReclaimerOptions {
  /** What the guest keeps available, in bytes; the rest goes into the balloon. @default 64 MiB */
  readonly reserveBytes?: number;
  /** Milliseconds between two checks of the guest. @default 2000 */
  readonly intervalMs?: number;
  /**
   * Compacts the machine once the balloon has grown by this many bytes since the last compaction; Infinity: never.
   * @default 64 MiB
   */
  readonly compactBytes?: number;
  /** The options that the machine was made with, as for {@link compact}. */
  readonly machine?: MachineOptions;
  /** Called after each compaction. */
  readonly onCompacted?: (compaction: Compaction) => void;
  /**
   * Called with the error of a failed compaction; the guest goes on. @default the error surfaces as an uncaught error
   */
  readonly onError?: (error: unknown) => void;
}

/** What {@link createReclaimer} makes. */
export interface Reclaimer {
  /** Ends the reclaimer. The target stays as it is. */
  dispose(): void;
  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void;
}

/** The kind of every option of {@link createReclaimer}. */
export const RECLAIMER_OPTIONS: Table<ReclaimerOptions> = {
  reserveBytes: { integer: [[0, Number.MAX_SAFE_INTEGER]] },
  intervalMs: { integer: [[1, 2 ** 31 - 1]] },
  compactBytes: { integer: [[1, Number.MAX_SAFE_INTEGER]], orInfinity: true },
  machine: "object",
  onCompacted: "function",
  onError: "function",
};

/**
 * Reclaims the memory that the guest of a v86 machine does not need. It asks the guest for its statistics, keeps a
 * reserve available to it, and takes the rest. When the balloon has grown enough, it compacts the machine at a moment
 * when nobody would notice: the page is hidden, or the guest has nothing to do. Two compactions are at least a minute
 * apart.
 *
 * The guest's driver must have taken STATS_VQ. Attach the balloon with `deflateOnOom: true`, so that the guest can take
 * memory back at once. The reclaimer ends with the balloon, or with `dispose()`.
 *
 * @example
 * const balloon = attachBalloon(emulator, { deflateOnOom: true });
 * await balloon.ready;
 * const reclaimer = createReclaimer(emulator, { reserveBytes: 32 * 2 ** 20 });
 * @throws TypeError or RangeError for wrong options; Error when the machine has no balloon that is ready
 */
export function createReclaimer(emulator: object, options?: ReclaimerOptions): Reclaimer {
  const read = readOptions("createReclaimer", RECLAIMER_OPTIONS, options);
  const balloon = balloonOf(check("emulator", "object", emulator));
  if (balloon === undefined)
    throw new Error("createReclaimer: the machine has no balloon that is ready: await balloon.ready");
  const { reserveBytes = 64 * MIB, intervalMs = 2000, compactBytes = 64 * MIB, machine } = read;
  const { onCompacted = () => undefined, onError = surface } = read;
  const { v86 } = emulator as V86Like;
  const quiet = new Quiet(() => v86.cpu);
  const loop = new ReclaimLoop(
    {
      balloon: balloon.device,
      running: () => v86.running,
      quiet: () => quiet.look(),
      compact: () => compact(emulator, machine),
    },
    { reserveBytes, intervalMs, compactBytes, onCompacted, onError },
  );
  const dispose = (): void => {
    loop.dispose();
  };
  return { dispose, [Symbol.dispose]: dispose };
}
