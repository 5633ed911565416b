import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { checkUint32 } from "./check.ts";

/** Frames in a host page: 4 KiB to 2 MiB. */
export const HOST_PAGE_FRAMES: Kind = { integer: [[1, 512]], powerOfTwo: true };

/**
 * The frames of a run that make whole pages of `pageFrames` (a power of two): rounded inward, never onto memory in use.
 * @returns [first, frames]; frames is 0 when no page fits
 * @throws TypeError or RangeError for no such numbers
 */
export function wholePages(first: number, frames: number, pageFrames: number): readonly [number, number] {
  checkUint32("first", first);
  checkUint32("frames", frames);
  check("pageFrames", HOST_PAGE_FRAMES, pageFrames);
  const start = Math.ceil(first / pageFrames) * pageFrames;
  const end = Math.floor((first + frames) / pageFrames) * pageFrames;
  return [start, Math.max(0, end - start)];
}

/** The same for each of some maximal runs, as [first, frames] pairs. */
export function wholePagesOf(pairs: Uint32Array, pageFrames: number): Uint32Array {
  if (pageFrames === 1) return pairs;
  const pages: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [first, frames] = wholePages(pairs[i]!, pairs[i + 1]!, pageFrames);
    if (frames > 0) pages.push(first, frames);
  }
  return Uint32Array.from(pages);
}
