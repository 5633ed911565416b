import type { Runs } from "../tracker/index.ts";

/** The questions that a set of frames must answer so that runs can be split by it. */
export interface FrameSet {
  /** The first frame of the set at or after `pfn`, or -1 if there is none. */
  next(pfn: number): number;
  /** The first frame at or after `pfn` that is not in the set. It may be out of range. */
  nextOutside(pfn: number): number;
}

/** Appends to `into` the parts of frames [first, first + frames) that are not in `set`, in ascending order. */
export function pushOutside(into: Runs, set: FrameSet, first: number, frames: number): void {
  const end = first + frames;
  for (let at = set.nextOutside(first); at < end;) {
    const next = set.next(at);
    const stop = next < 0 || next > end ? end : next;
    into.push(at, stop - at);
    at = stop < end ? set.nextOutside(stop) : end;
  }
}
