import { check } from "../options/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { resultOf } from "./replay-result.ts";
import type { ReplayedBatch, ReplayResult } from "./replay-result.ts";
import { checkTrace, isBatch } from "./trace.ts";
import type { BatchRecord, Trace } from "./trace.ts";

/**
 * Feeds the inflate and deflate records of a trace to a tracker; hints and reports say nothing about the balloon.
 * @param tracker default: a new one over the guest's frames. What it holds already is part of the result.
 * @param onRecord called after each of these records, with how many have been replayed
 * @throws TypeError or RangeError for anything that is not of its kind
 */
export function replayTracker(
  trace: Trace,
  tracker?: PageTracker,
  onRecord: (done: number) => void = () => undefined,
): ReplayResult {
  checkTrace(trace);
  if (tracker !== undefined) check("tracker", { instanceOf: PageTracker, called: "a PageTracker" }, tracker);
  const into = tracker ?? new PageTracker(trace.guestFrames);
  check("onRecord", "function", onRecord);
  const batches = trace.records.filter(isBatch).map((record, i) => {
    const batch = replayBatch(record, into);
    onRecord(i + 1);
    return batch;
  });
  return resultOf(batches, into.allRuns());
}

function replayBatch(record: BatchRecord, tracker: PageTracker): ReplayedBatch {
  const { changed, redundant, outOfRange } = tracker[record.kind](record.pfns);
  return { record, changed, redundant, outOfRange, held: tracker.count };
}
