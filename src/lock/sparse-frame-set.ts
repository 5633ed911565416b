import { PageTracker, Runs } from "../tracker/index.ts";
import { pushOutside } from "./frame-set.ts";

/**
 * A set of frames that is nearly always empty: the exceptions to the rule that ballooned frames are unlocked and all
 * others are locked. It costs nothing until the first frame is added.
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

  /** The parts of `runs` that are not in this set. Returns `runs` itself if the set is empty, otherwise a copy. */
  without(runs: Runs): Runs {
    if (this.count === 0) return runs;
    const parts = new Runs();
    for (let i = 0; i < runs.length; i++) pushOutside(parts, this.#tracker!, runs.first(i), runs.frames(i));
    return parts;
  }
}
