import { check } from "../options/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { assumedRuns } from "./assumed-runs.ts";
import { resultOf } from "./replay-result.ts";
import type { ReplayedBatch, ReplayResult } from "./replay-result.ts";
import { checkTrace, isBatch } from "./trace.ts";
import type { BatchRecord, Trace } from "./trace.ts";

/**
 * Feeds the inflate and deflate records of a trace to a tracker; hints and reports say nothing about the balloon. Where the
 * trace does not say what was in the balloon before, frames that are taken back before they are given were in it.
 * @param tracker default: a new one over the guest's frames, with what must have been in the balloon. What it holds already is part of the result, unless the trace says
 * what was in the balloon.
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
  check("onRecord", "function", onRecord);
  const into = tracker ?? trackerBefore(trace);
  const batches: ReplayedBatch[] = [];
  for (const record of trace.records) {
    if (record.kind === "ballooned") {
      into.clear();
      into.inflateRuns(record.ranges);
    }
    if (!isBatch(record)) continue;
    batches.push(replayBatch(record, into));
    onRecord(batches.length);
  }
  return resultOf(batches, into.allRuns());
}

function trackerBefore(trace: Trace): PageTracker {
  const tracker = new PageTracker(trace.guestFrames);
  tracker.inflateRuns(assumedRuns(trace));
  return tracker;
}

function replayBatch(record: BatchRecord, tracker: PageTracker): ReplayedBatch {
  const { changed, redundant, outOfRange } = tracker[record.kind](record.pfns);
  return { record, changed, redundant, outOfRange, balloonedFrames: tracker.count };
}
