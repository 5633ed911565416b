import type { Runs } from "../tracker/index.ts";

/** What a set of frames must answer so that runs can be split by it. */
export interface FrameSet {
  /** Whether the frame is in the set. */
  has(pfn: number): boolean;
  /** The first frame of the set at or after `pfn`, -1 when there is none. */
  next(pfn: number): number;
}

/** Adds to `into` the parts of frames [first, first + frames) that are not in `set`, in ascending order. */
export function pushOutside(into: Runs, set: FrameSet, first: number, frames: number): void {
  const end = first + frames;
  let at = first;
  while (at < end) {
    const next = set.next(at);
    const stop = next < 0 || next > end ? end : next;
    if (stop > at) into.push(at, stop - at);
    for (at = stop; at < end && set.has(at); at++);
  }
}
