import { PageTracker } from "../tracker/index.ts";
import { isBatch } from "./trace.ts";
import type { Trace } from "./trace.ts";

/**
 * Returns what must have been in the balloon before the trace, as ascending [first, frames] pairs, if the driver made
 * no mistake: the frames that it takes back before it gives them. Empty if the trace says what was in the balloon.
 */
export function assumedRuns({ guestFrames, records }: Trace): Uint32Array {
  const assumed = new PageTracker(guestFrames);
  const known = new PageTracker(guestFrames);
  try {
    for (const record of records) {
      if (record.kind === "ballooned") break;
      if (!isBatch(record)) continue;
      if (record.kind === "deflate") assumed.inflate(record.pfns.filter((pfn) => !known.has(pfn)));
      known.inflate(record.pfns);
    }
    return assumed.allRuns();
  } finally {
    assumed.dispose();
    known.dispose();
  }
}
