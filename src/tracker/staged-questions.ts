import { Runs } from "./runs.ts";

/**
 * Counts the PFNs below `limit` that repeat an earlier one. It sorts a copy, which is exact but slow, so use it off the
 * fast path.
 */
export function countDuplicates(pfns: Uint32Array, limit: number): number {
  const sorted = pfns.slice().sort();
  let duplicates = 0;
  for (let i = 1; i < sorted.length && sorted[i]! < limit; i++) {
    if (sorted[i] === sorted[i - 1]) duplicates++;
  }
  return duplicates;
}

/** Returns the runs of the PFNs that are `wanted`, in ascending order. */
export function runsWhere(pfns: Uint32Array, wanted: (pfn: number) => boolean): Runs {
  const runs = new Runs();
  let first = 0;
  let end = 0;
  for (const pfn of pfns.slice().sort()) {
    if (pfn < end || !wanted(pfn)) continue;
    if (pfn > end) {
      if (end > first) runs.push(first, end - first);
      first = pfn;
    }
    end = pfn + 1;
  }
  if (end > first) runs.push(first, end - first);
  return runs;
}
