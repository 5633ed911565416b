import { PageTracker } from "../../tracker/index.ts";
import { FRAMES } from "./patterns.ts";

/** Inflates and deflates every batch; returns how many frames changed: proof of the work. */
export type Pass = () => number;

export type Contender = (batches: readonly Uint32Array[]) => Pass;

/** Who is measured; the tracker with runs does more work than the others, since a host needs to know them. */
export const CONTENDERS: Readonly<Record<ContenderName, Contender>> = {
  "naive JS bitmap": naive,
  tracker: accounting,
  "tracker with runs": withRuns,
};

export type ContenderName = "naive JS bitmap" | "tracker" | "tracker with runs";

function accounting(batches: readonly Uint32Array[]): Pass {
  const tracker = new PageTracker(FRAMES);
  return () => {
    let changed = 0;
    for (const batch of batches) changed += tracker.inflate(batch).changed;
    for (const batch of batches) changed += tracker.deflate(batch).changed;
    return changed;
  };
}

function withRuns(batches: readonly Uint32Array[]): Pass {
  const tracker = new PageTracker(FRAMES);
  const staged = (batch: Uint32Array): number => {
    tracker.staging(batch.byteLength).set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength));
    return batch.length;
  };
  return () => {
    let changed = 0;
    for (const batch of batches) changed += tracker.inflateStaged(staged(batch)).changed;
    for (const batch of batches) changed += tracker.deflateStaged(staged(batch)).changed;
    return changed;
  };
}

/** What one writes first: a bit a frame, one PFN after the other. */
function naive(batches: readonly Uint32Array[]): Pass {
  const words = new Uint32Array(FRAMES / 32);
  const apply = (pfns: Uint32Array, ballooned: boolean): number => {
    let changed = 0;
    for (const pfn of pfns) {
      if (pfn >= FRAMES) continue;
      const bit = 1 << (pfn & 31);
      const word = words[pfn >>> 5]!;
      if (((word & bit) !== 0) === ballooned) continue;
      words[pfn >>> 5] = word ^ bit;
      changed++;
    }
    return changed;
  };
  return () => {
    let changed = 0;
    for (const batch of batches) changed += apply(batch, true);
    for (const batch of batches) changed += apply(batch, false);
    return changed;
  };
}
