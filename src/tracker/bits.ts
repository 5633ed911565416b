/**
 * Changes single frames in the engine's bitmap from JavaScript. Page migration sends PFNs one by one, and a call of the
 * engine takes longer than changing a few of them here.
 */

/** Batches up to this length are faster frame by frame. Measured: the engine is faster from 16 on. */
export const FEW = 12;

/** Adds a frame to the set. Returns 1 if the set changed, otherwise 0. */
export function addFrame(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word | (1 << pfn);
  return (~word >>> pfn) & 1;
}

/** Removes a frame from the set. Returns 1 if the set changed, otherwise 0. */
export function removeFrame(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word & ~(1 << pfn);
  return (word >>> pfn) & 1;
}
