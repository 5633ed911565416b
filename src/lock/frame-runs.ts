import { check } from "../options/index.ts";

/** A list of runs of frames: ascending, disjoint. The tracker's results and {@link RunList} both are one. */
export interface FrameRuns {
  readonly length: number;
  /** First frame of run `i`. */
  first(i: number): number;
  /** Length of run `i` in frames. */
  frames(i: number): number;
}

/** Runs kept as [first, frames] pairs: a copy that outlives the tracker's next call. */
export class RunList implements FrameRuns {
  static readonly NONE: RunList = new RunList(new Uint32Array(0));
  readonly pairs: Uint32Array;

  /** @param pairs [first, frames, first, frames, …] @throws TypeError for what is no Uint32Array */
  constructor(pairs: Uint32Array) {
    check("pairs", "words", pairs);
    this.pairs = pairs;
  }

  /** A copy of any list of runs. */
  static from(runs: FrameRuns): RunList {
    const pairs = new Uint32Array(2 * runs.length);
    for (let i = 0; i < runs.length; i++) pairs.set([runs.first(i), runs.frames(i)], 2 * i);
    return new RunList(pairs);
  }

  /** Number of runs. */
  get length(): number {
    return this.pairs.length >>> 1;
  }

  /** Frames in all runs. */
  get total(): number {
    let total = 0;
    for (let i = 0; i < this.length; i++) total += this.frames(i);
    return total;
  }

  first(i: number): number {
    return this.pairs[2 * i]!;
  }

  frames(i: number): number {
    return this.pairs[2 * i + 1]!;
  }
}
