import type { PageTracker } from "./page-tracker.ts";

/** What can be asked of a set of frames. */
export type FrameQueries = Pick<
  PageTracker,
  | "frames"
  | "hostPageFrames"
  | "count"
  | "has"
  | "countRange"
  | "next"
  | "forEachRun"
  | "allRuns"
  | "allHostPages"
>;

/** A {@link PageTracker} for reading: what a device lets others see of its page set. Units are 4 KiB frames. */
export class PageSet implements FrameQueries {
  readonly #tracker: PageTracker;

  constructor(tracker: PageTracker) {
    this.#tracker = tracker;
  }

  /** PFNs 0 to `frames` - 1 are in range. */
  get frames(): number {
    return this.#tracker.frames;
  }

  /** Frames in a page of the host. */
  get hostPageFrames(): number {
    return this.#tracker.hostPageFrames;
  }

  /** Frames in the set. */
  get count(): number {
    return this.#tracker.count;
  }

  /** Whether the frame is in the set; false for a PFN out of range. */
  has(pfn: number): boolean {
    return this.#tracker.has(pfn);
  }

  /** How many of the frames [first, first + frames) are in the set. */
  countRange(first: number, frames: number): number {
    return this.#tracker.countRange(first, frames);
  }

  /** The first frame of the set at or after `pfn`, -1 when there is none. */
  next(pfn: number): number {
    return this.#tracker.next(pfn);
  }

  /** Visits the maximal runs of the set in ascending order. */
  forEachRun(visit: (first: number, frames: number) => void): void {
    this.#tracker.forEachRun(visit);
  }

  /** The maximal runs of the set in ascending order, as [first, frames] pairs. */
  allRuns(): Uint32Array {
    return this.#tracker.allRuns();
  }

  /** The host pages that are wholly in the set, in ascending order, as [first, frames] pairs. */
  allHostPages(): Uint32Array {
    return this.#tracker.allHostPages();
  }
}
