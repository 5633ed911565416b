/** How many PFNs below `limit` repeat an earlier one. Sorts a copy: exact, and for the slow path. */
export function countDuplicates(pfns: Uint32Array, limit: number): number {
  const sorted = pfns.slice().sort();
  let duplicates = 0;
  for (let i = 1; i < sorted.length && sorted[i]! < limit; i++) {
    if (sorted[i] === sorted[i - 1]) duplicates++;
  }
  return duplicates;
}
