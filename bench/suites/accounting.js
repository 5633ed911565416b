import { accounting } from "../harness/accounting.js";
import { kernel } from "../harness/kernel.js";
import { PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { RunDetectingBitmap } from "../peers/run-detecting.js";
import { TrackerPeer } from "../peers/tracker.js";
import { UnrolledBitmap } from "../peers/unrolled.js";

const GOALS = {
  contiguous: { must: 5, aim: 7 },
  short: { must: 4.5, aim: 6 },
  random: { must: 1.9, aim: 2.3 },
};

function handWritten(batches) {
  return [
    accounting("JS, 4x unrolled", UnrolledBitmap, batches),
    accounting("JS, run-detecting", RunDetectingBitmap, batches),
  ];
}

const row = (form, pattern, ours, goals) => ({
  id: `accounting-${form}/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  ...goals,
  contenders: () => {
    const batches = batchesOf(pattern);
    return { ours: ours(batches), peers: handWritten(batches) };
  },
});

/**
 * Accounting against the best JavaScript that can be written by hand, which reads its PFNs in place. The goals are for
 * the kernel; what copying the PFNs in makes of it is shown beside it.
 */
export const rows = PATTERNS.flatMap((pattern) => [
  row("kernel", pattern, kernel, GOALS[pattern]),
  row("copied", pattern, (batches) => accounting("PageTracker", TrackerPeer, batches)),
]);
