import type { FrameRuns } from "../lock/index.ts";
import type { Runs } from "../tracker/index.ts";

const FIRST_RUNS = 64;

/** A copy of a tracker's runs that outlives the tracker's next call; used again for each batch. */
export class RunBuffer implements FrameRuns {
  #pairs = new Uint32Array(2 * FIRST_RUNS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  first(i: number): number {
    return this.#pairs[2 * i]!;
  }

  frames(i: number): number {
    return this.#pairs[2 * i + 1]!;
  }

  /** Copies `runs`; the copy is valid until the next one. */
  take(runs: Runs): this {
    this.#length = runs.length;
    if (2 * runs.length > this.#pairs.length) this.#pairs = new Uint32Array(4 * runs.length);
    runs.copyTo(this.#pairs);
    return this;
  }
}
