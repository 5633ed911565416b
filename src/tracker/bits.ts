/**
 * Single frames, changed in JavaScript on the engine's bitmap. Page migration sends PFNs one by one, and a call of the
 * engine takes longer than a few of them.
 */

/** Batches up to this length are faster frame by frame: measured against the engine, which wins from 16 on. */
export const FEW = 12;

/** Adds a frame to the set; returns 1 if that changed it, 0 if not. */
export function addFrame(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word | (1 << pfn);
  return (~word >>> pfn) & 1;
}

/** Removes a frame from the set; returns 1 if that changed it, 0 if not. */
export function removeFrame(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word & ~(1 << pfn);
  return (word >>> pfn) & 1;
}
