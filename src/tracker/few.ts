import type { Bitmap } from "./engine-memory.ts";

/**
 * Batches of a few PFNs, as page migration sends them, in JavaScript on the same bitmap: up to here the call and the
 * copy take longer than the kernel saves.
 */
export const FEW = 23;

/** What a PFN that is not below the limit counts: more than FEW others together, which count at most 1 each. */
export const BEYOND = 32;

/**
 * Adds the PFNs that are in the bitmap to the set. Returns how many of them were in the set, plus BEYOND for each other
 * PFN: one number, since an object would take as long as the batch.
 */
export function inflateFew({ words, limit }: Bitmap, pfns: Uint32Array): number {
  const n = pfns.length;
  if (n === 1) return pfns[0]! < limit ? set(words, pfns[0]!) : BEYOND;
  let were = 0;
  let i = 0;
  // Unrolled, because V8 checks the arrays anew in every iteration.
  for (const end = n - 3; i < end; i += 4) {
    const a = pfns[i]!;
    const b = pfns[i + 1]!;
    const c = pfns[i + 2]!;
    const d = pfns[i + 3]!;
    were += a < limit ? set(words, a) : BEYOND;
    were += b < limit ? set(words, b) : BEYOND;
    were += c < limit ? set(words, c) : BEYOND;
    were += d < limit ? set(words, d) : BEYOND;
  }
  for (; i < n; i++) were += pfns[i]! < limit ? set(words, pfns[i]!) : BEYOND;
  return were;
}

/** Removes them. */
export function deflateFew({ words, limit }: Bitmap, pfns: Uint32Array): number {
  const n = pfns.length;
  if (n === 1) return pfns[0]! < limit ? clear(words, pfns[0]!) : BEYOND;
  let were = 0;
  let i = 0;
  for (const end = n - 3; i < end; i += 4) {
    const a = pfns[i]!;
    const b = pfns[i + 1]!;
    const c = pfns[i + 2]!;
    const d = pfns[i + 3]!;
    were += a < limit ? clear(words, a) : BEYOND;
    were += b < limit ? clear(words, b) : BEYOND;
    were += c < limit ? clear(words, c) : BEYOND;
    were += d < limit ? clear(words, d) : BEYOND;
  }
  for (; i < n; i++) were += pfns[i]! < limit ? clear(words, pfns[i]!) : BEYOND;
  return were;
}

/** The PFNs that are left to the engine: those without memory behind their bit. */
export function beyond(pfns: Uint32Array, { limit }: Bitmap): Uint32Array {
  return pfns.filter((pfn) => pfn >= limit);
}

function set(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word | (1 << pfn);
  return (word >>> pfn) & 1;
}

function clear(words: Int32Array, pfn: number): number {
  const word = words[pfn >>> 5]!;
  words[pfn >>> 5] = word & ~(1 << pfn);
  return (word >>> pfn) & 1;
}

/** Adds a PFN of the bitmap to the set or removes it; returns how many frames that changed. */
export function flip({ words }: Bitmap, pfn: number, inflate: boolean): number {
  return inflate ? 1 - set(words, pfn) : clear(words, pfn);
}
