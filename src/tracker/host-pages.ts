import type { Kind } from "../options/index.ts";
import { Runs } from "./runs.ts";

/** Frames in a host page: 4 KiB to 2 MiB. */
export const HOST_PAGE_FRAMES: Kind = { integer: [[1, 512]], powerOfTwo: true };

/**
 * The parts of maximal runs that make whole pages of `pageFrames` frames (a power of two). Runs are rounded inward,
 * because the memory around them may be in use.
 */
export function wholePages(runs: Runs, pageFrames: number): Runs {
  const pages = new Runs();
  for (let i = 0; i < runs.length; i++) {
    const first = Math.ceil(runs.first(i) / pageFrames) * pageFrames;
    const end = Math.floor((runs.first(i) + runs.frames(i)) / pageFrames) * pageFrames;
    if (end > first) pages.push(first, end - first);
  }
  return pages;
}
