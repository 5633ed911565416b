import type { BatchResult } from "../tracker/index.ts";
import type { BatchRecord } from "./trace.ts";

/** The result of one inflate or deflate record. */
export interface ReplayedBatch extends BatchResult {
  readonly record: BatchRecord;
  /** Frames in the set after the record. */
  readonly balloonedFrames: number;
}

/** The results of the inflate and deflate records of a trace. Frames are 4 KiB page frames. */
export interface ReplayResult {
  /** The results in order. */
  readonly batches: readonly ReplayedBatch[];
  /** Sums over all batches. */
  readonly pfns: number;
  readonly changed: number;
  readonly redundant: number;
  readonly outOfRange: number;
  /** Frames in the set at the end. */
  readonly balloonedFrames: number;
  /** Those frames as ascending [first, frames] pairs. */
  readonly balloonedRuns: Uint32Array;
}

/** Sums up these batches, which left `balloonedRuns` in the page set. */
export function resultOf(batches: readonly ReplayedBatch[], balloonedRuns: Uint32Array): ReplayResult {
  const sum = (of: (batch: ReplayedBatch) => number): number =>
    batches.reduce((total, batch) => total + of(batch), 0);
  return {
    batches,
    pfns: sum(({ record }) => record.pfns.length),
    changed: sum(({ changed }) => changed),
    redundant: sum(({ redundant }) => redundant),
    outOfRange: sum(({ outOfRange }) => outOfRange),
    balloonedFrames: balloonedRuns.reduce((total, word, i) => total + (i % 2) * word, 0),
    balloonedRuns,
  };
}
