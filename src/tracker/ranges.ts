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
    const end = this.#begin(first, frames);
    if (first === end) return 0;
    const added = this.#inflatePart(first, end);
    return this.#isWhole(end) ? added : added + this.#rest(end, (at) => this.#inflatePart(at, end));
  }

  deflate(first: number, frames: number): number {
    const end = this.#begin(first, frames);
    if (first === end) return 0;
    const removed = this.#deflatePart(first, end);
    return this.#isWhole(end) ? removed : removed + this.#rest(end, (at) => this.#deflatePart(at, end));
  }

  /** Checks a range and starts it. Returns its end. */
  #begin(first: number, frames: number): number {
    this.#memory.checkLive();
    checkRange(first, frames, this.#memory.frames);
    this.#changed.none();
    return first + frames;
  }

  /** Adds a part of the range, as far as its runs fit in the run area. A fragmented range may have more runs. */
  #inflatePart(first: number, end: number): number {
    const memory = this.#memory;
    const added = memory.kernels.inflateRange(first, end) >>> 0;
    memory.count += added;
    checkBacked(memory.views.results[UNBACKED]!);
    return added;
  }

  #deflatePart(first: number, end: number): number {
    const removed = this.#memory.kernels.deflateRange(first, end) >>> 0;
    this.#memory.count -= removed;
    return removed;
  }

  /** Whether the first part covered the whole range. */
  #isWhole(end: number): boolean {
    if (this.#memory.views.results[NEXT]! < end) return false;
    this.#changed.ordered();
    return true;
  }

  /** Applies the rest of a range that ends at `end`, after a part of it has filled the run area. */
  #rest(end: number, apply: (at: number) => number): number {
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
