/**
 * Batches of a few PFNs, as page migration sends them, in JavaScript on the same bitmap: up to here the call and the
 * copy take longer than the kernel saves.
 */
export const FEW = 12;

/** What a PFN that is not below the limit counts: more than all others together, which count 1 at most. */
export const BEYOND = 32;

/**
 * Adds the PFNs below `limit` to the set. Returns how many of them were in it, plus BEYOND for each other one: one
 * number, since an object would take as long as the batch.
 */
export function inflateFew(bitmap: Int32Array, limit: number, pfns: Uint32Array): number {
  let were = 0;
  let i = 0;
  // Unrolled, because V8 checks the arrays anew in every iteration.
  for (; i + 4 <= pfns.length; i += 4) {
    const a = pfns[i]!;
    const b = pfns[i + 1]!;
    const c = pfns[i + 2]!;
    const d = pfns[i + 3]!;
    were += a < limit ? set(bitmap, a) : BEYOND;
    were += b < limit ? set(bitmap, b) : BEYOND;
    were += c < limit ? set(bitmap, c) : BEYOND;
    were += d < limit ? set(bitmap, d) : BEYOND;
  }
  for (; i < pfns.length; i++) were += pfns[i]! < limit ? set(bitmap, pfns[i]!) : BEYOND;
  return were;
}

/** Removes them. */
export function deflateFew(bitmap: Int32Array, limit: number, pfns: Uint32Array): number {
  let were = 0;
  let i = 0;
  for (; i + 4 <= pfns.length; i += 4) {
    const a = pfns[i]!;
    const b = pfns[i + 1]!;
    const c = pfns[i + 2]!;
    const d = pfns[i + 3]!;
    were += a < limit ? clear(bitmap, a) : BEYOND;
    were += b < limit ? clear(bitmap, b) : BEYOND;
    were += c < limit ? clear(bitmap, c) : BEYOND;
    were += d < limit ? clear(bitmap, d) : BEYOND;
  }
  for (; i < pfns.length; i++) were += pfns[i]! < limit ? clear(bitmap, pfns[i]!) : BEYOND;
  return were;
}

function set(bitmap: Int32Array, pfn: number): number {
  const word = bitmap[pfn >>> 5]!;
  bitmap[pfn >>> 5] = word | (1 << pfn);
  return (word >>> pfn) & 1;
}

function clear(bitmap: Int32Array, pfn: number): number {
  const word = bitmap[pfn >>> 5]!;
  bitmap[pfn >>> 5] = word & ~(1 << pfn);
  return (word >>> pfn) & 1;
}

/** Adds a PFN to the set or removes it; returns how many frames that changed. */
export function flip(bitmap: Int32Array, pfn: number, inflate: boolean): number {
  return inflate ? 1 - set(bitmap, pfn) : clear(bitmap, pfn);
}
