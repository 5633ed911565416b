import type { ChangedRuns } from "./changed-runs.ts";
import { checkBacked, checkRange } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { NEXT, RUN_COUNT, UNBACKED } from "./engine.ts";
import { Runs } from "./runs.ts";

/** Applies ranges of frames. */
export class Ranges {
  readonly #memory: EngineMemory;
  readonly #changed: ChangedRuns;

  constructor(memory: EngineMemory, changed: ChangedRuns) {
    this.#memory = memory;
    this.#changed = changed;
  }

  inflate(first: number, frames: number): number {
    checkRange(first, frames, this.#memory.frames);
    if (frames === 0) return this.#nothing();
    const added = this.#inflatePart(first, first + frames);
    // If every frame has changed, the engine has nothing else to say.
    return added === frames ? this.#whole(frames) : this.#restOfInflate(added, first + frames);
  }

  deflate(first: number, frames: number): number {
    checkRange(first, frames, this.#memory.frames);
    if (frames === 0) return this.#nothing();
    const removed = this.#deflatePart(first, first + frames);
    return removed === frames ? this.#whole(frames) : this.#restOfDeflate(removed, first + frames);
  }

  #nothing(): number {
    this.#memory.checkLive();
    this.#changed.none();
    return 0;
  }

  /** The run area has all runs of the range. Returns `changed`. */
  #whole(changed: number): number {
    this.#changed.ordered();
    return changed;
  }

  #restOfInflate(added: number, end: number): number {
    this.#changed.none();
    checkBacked(this.#memory.views.results[UNBACKED]!);
    return added + this.#rest(end, (at) => this.#inflatePart(at, end));
  }

  #restOfDeflate(removed: number, end: number): number {
    return removed + this.#rest(end, (at) => this.#deflatePart(at, end));
  }

  /** Adds a part of the range, as far as its runs fit in the run area. A fragmented range may have more runs. */
  #inflatePart(first: number, end: number): number {
    const added = this.#memory.kernels.inflateRange(first, end) >>> 0;
    this.#memory.count += added;
    return added;
  }

  #deflatePart(first: number, end: number): number {
    const removed = this.#memory.kernels.deflateRange(first, end) >>> 0;
    this.#memory.count -= removed;
    return removed;
  }

  /**
   * Applies the rest of a range that ends at `end`, if a part of it has filled the run area. Returns how many frames of
   * the rest changed.
   */
  #rest(end: number, apply: (at: number) => number): number {
    if (this.#next() >= end) return this.#whole(0);
    const runs = new Runs();
    let changed = 0;
    this.#appendFound(runs);
    for (let at = this.#next(); at < end; at = this.#next()) {
      changed += apply(at);
      this.#appendFound(runs);
    }
    this.#changed.are(runs);
    return changed;
  }

  /** The end of the last part. */
  #next(): number {
    return this.#memory.views.results[NEXT]!;
  }

  #appendFound(all: Runs): void {
    const { runs, results } = this.#memory.views;
    all.append(runs, results[RUN_COUNT]!);
  }
}
