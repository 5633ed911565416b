import { PageTracker } from "../tracker/index.ts";

/**
 * A set of frames that is nearly always empty: the exceptions to "released means unlocked". Costs nothing until the
 * first frame is added, and nothing again once it is empty.
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
    if (this.count === 0) this.clear();
  }

  clear(): void {
    this.#tracker?.dispose();
    this.#tracker = undefined;
  }

  /** [first, frames] pairs, ascending. */
  runs(): Uint32Array {
    return this.#tracker?.allRuns() ?? new Uint32Array(0);
  }

  /** Visits the parts of a run that are not in the set, ascending, until `visit` returns false. */
  visitMissing(first: number, frames: number, visit: (first: number, frames: number) => boolean): boolean {
    if (this.count === 0) return visit(first, frames);
    const end = first + frames;
    for (let at = first; at < end;) {
      const stop = this.#nextOr(at, end);
      if (stop > at && !visit(at, stop - at)) return false;
      at = this.#endOfRun(stop, end);
    }
    return true;
  }

  #nextOr(frame: number, end: number): number {
    const next = this.#tracker?.next(frame) ?? -1;
    return next < 0 || next > end ? end : next;
  }

  #endOfRun(frame: number, end: number): number {
    while (frame < end && this.#tracker?.has(frame) === true) frame++;
    return frame;
  }
}
