import { accounting } from "../harness/accounting.js";
import { STREAM, batchesOf } from "../harness/patterns.js";
import { RunDetectingBitmap } from "../peers/run-detecting.js";
import { TrackerPeer } from "../peers/tracker.js";
import { UnrolledBitmap } from "../peers/unrolled.js";

const SIZES = [1, 2, 4, 8, 16, 32];
const PATTERNS = ["contiguous", "random"];

const row = (pattern, size) => ({
  id: `small-${pattern}/${size}`,
  unit: "PFN",
  units: 2 * STREAM,
  must: 1,
  aim: 1.5,
  contenders: () => {
    const batches = batchesOf(pattern, { size });
    return {
      ours: accounting("PageTracker", TrackerPeer, batches),
      peers: [
        accounting("JS, 4x unrolled", UnrolledBitmap, batches),
        accounting("JS, run-detecting", RunDetectingBitmap, batches),
      ],
    };
  },
});

/** Batches so small that the call and the copy cost more than the tracking, against JavaScript that needs neither. */
export const rows = PATTERNS.flatMap((pattern) => SIZES.map((size) => row(pattern, size)));
