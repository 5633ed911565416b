import type { RamFrames } from "../memory/index.ts";
import { check } from "../options/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { assumedRuns } from "./assumed-runs.ts";
import { resultOf } from "./replay-result.ts";
import type { ReplayedBatch, ReplayResult } from "./replay-result.ts";
import { checkTrace, isBatch, ramOf } from "./trace.ts";
import type { BatchRecord, Trace } from "./trace.ts";

/**
 * Applies the inflate and deflate records of a trace to a tracker. Hints and reports say nothing about the balloon. If
 * the trace does not say what was in the balloon at its start, the frames that are taken back before they are given are
 * assumed to have been in it.
 * @param tracker default: a new one over the guest's frames that starts with that page set. The contents of a given
 * tracker are part of the result, unless the trace says what was in the balloon.
 * @param onRecord called after each of these records, with the number of records replayed so far
 * @throws TypeError or RangeError for wrong arguments
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
  const ram = ramOf(trace);
  const batches: ReplayedBatch[] = [];
  for (const record of trace.records) {
    if (record.kind === "ballooned") {
      into.clear();
      into.inflateRuns(record.ranges);
    }
    if (!isBatch(record)) continue;
    batches.push(replayBatch(record, into, ram));
    onRecord(batches.length);
  }
  return resultOf(batches, into.allRuns());
}

function trackerBefore(trace: Trace): PageTracker {
  const tracker = new PageTracker(trace.guestFrames);
  tracker.inflateRuns(assumedRuns(trace));
  return tracker;
}

function replayBatch(record: BatchRecord, tracker: PageTracker, ram: RamFrames): ReplayedBatch {
  const { changed, redundant, outOfRange } = tracker[record.kind](withoutHoles(record.pfns, ram));
  return { record, changed, redundant, outOfRange, balloonedFrames: tracker.count };
}

function withoutHoles(pfns: Uint32Array, ram: RamFrames): Uint32Array {
  if (!ram.hasHoles) return pfns;
  const masked = pfns.slice();
  ram.maskHoles(masked);
  return masked;
}
