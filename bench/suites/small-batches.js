import { accounting } from "../harness/accounting.js";
import { batchesOf } from "../harness/patterns.js";
import { RunDetectingBitmap } from "../peers/run-detecting.js";
import { TrackerPeer } from "../peers/tracker.js";
import { UnrolledBitmap } from "../peers/unrolled.js";

/** Few enough to stay in the caches: the views of 65,536 batches of one PFN would be all that is measured. */
const BATCHES = 512;
const SIZES = [1, 2, 4, 8, 16, 32];
const PATTERNS = ["contiguous", "random"];

const row = (pattern, size) => ({
  id: `small-${pattern}/${size}`,
  unit: "PFN",
  units: 2 * BATCHES * size,
  contenders: () => {
    const batches = batchesOf(pattern, { size }).slice(0, BATCHES);
    return {
      ours: accounting("PageTracker", TrackerPeer, batches),
      peers: [
        accounting("JS, 4x unrolled", UnrolledBitmap, batches),
        accounting("JS, run-detecting", RunDetectingBitmap, batches),
      ],
    };
  },
});

/**
 * Batches so small that the call and the copy cost more than the tracking, against JavaScript that needs neither. The
 * peers check no arguments and make no result, so the rows have no goal.
 */
export const rows = PATTERNS.flatMap((pattern) => SIZES.map((size) => row(pattern, size)));
