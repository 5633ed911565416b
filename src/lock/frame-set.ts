import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { checkUint32 } from "../tracker/check.ts";
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

  /** {@link visitMissing} of this set. */
  visitMissing(first: number, frames: number, visit: RunVisitor): boolean {
    return this.#tracker === undefined
      ? visit(first, frames)
      : visitMissing(this.#tracker, first, frames, visit);
  }
}

/** Returns false to stop. */
export type RunVisitor = (first: number, frames: number) => boolean;

const PAGE_TRACKER: Kind = { instanceOf: PageTracker, called: "a PageTracker" };

/**
 * Visits the parts of a run that are not in `set`, ascending, until `visit` returns false; returns its last answer.
 * @throws TypeError or RangeError for anything that is not of its kind
 */
export function visitMissing(set: PageTracker, first: number, frames: number, visit: RunVisitor): boolean {
  check("set", PAGE_TRACKER, set);
  checkUint32("first", first);
  checkUint32("frames", frames);
  check("visit", "function", visit);
  const end = first + frames;
  let at = first;
  while (at < end) {
    const next = set.next(at);
    const stop = next < 0 || next > end ? end : next;
    if (stop > at && !visit(at, stop - at)) return false;
    for (at = stop; at < end && set.has(at); at++);
  }
  return true;
}
