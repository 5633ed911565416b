import { PageTracker } from "../tracker/index.ts";
import { RunList } from "./frame-runs.ts";
import type { FrameRuns } from "./frame-runs.ts";

/**
 * A set of frames that is nearly always empty: the exceptions to "released means unlocked". Costs nothing until the
 * first frame is added.
 */
export class SparseFrameSet {
  readonly #frames: number;
  #tracker: PageTracker | undefined;

  constructor(frames: number) {
    this.#frames = frames;
  }

  get count(): number {
    return this.#tracker?.count ?? 0;
  }

  add(first: number, frames: number): void {
    this.#tracker ??= new PageTracker(this.#frames);
    this.#tracker.inflateRange(first, frames);
  }

  delete(first: number, frames: number): void {
    if (this.count > 0) this.#tracker!.deflateRange(first, frames);
  }

  clear(): void {
    if (this.count > 0) this.#tracker!.clear();
  }

  /** [first, frames] pairs, ascending. */
  runs(): Uint32Array {
    return this.#tracker?.allRuns() ?? new Uint32Array(0);
  }

  /** The parts of `runs` that are not in this set: `runs` itself when the set is empty, otherwise a copy. */
  without(runs: FrameRuns): FrameRuns {
    if (this.count === 0) return runs;
    const parts: number[] = [];
    for (let i = 0; i < runs.length; i++) {
      visitParts(this.#tracker!, runs.first(i), runs.frames(i), (first, frames, inSet) => {
        if (!inSet) parts.push(first, frames);
      });
    }
    return new RunList(Uint32Array.from(parts));
  }
}

/** What a set of frames must answer to be split by. */
export interface FrameSet {
  /** Whether the frame is in the set. */
  has(pfn: number): boolean;
  /** The first frame of the set at or after `pfn`, -1 when there is none. */
  next(pfn: number): number;
}

/** Visits the parts of a run in ascending order: those in `set` and those that are not. */
export function visitParts(
  set: FrameSet,
  first: number,
  frames: number,
  visit: (first: number, frames: number, inSet: boolean) => void,
): void {
  const end = first + frames;
  let at = first;
  while (at < end) {
    const next = set.next(at);
    const stop = next < 0 || next > end ? end : next;
    if (stop > at) visit(at, stop - at, false);
    for (at = stop; at < end && set.has(at); at++);
    if (at > stop) visit(stop, at - stop, true);
  }
}
