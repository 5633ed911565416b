import { checkUint32 } from "./check.ts";

/** Ascending, disjoint, non-touching runs; a view into tracker memory, valid until the tracker's next call. */
export interface Runs {
  readonly length: number;
  /** First frame of run `i`. @throws RangeError unless `i` is an index below `length`. */
  first(i: number): number;
  /** Frames in run `i`, at least 1. @throws RangeError unless `i` is an index below `length`. */
  frames(i: number): number;
  /** A copy, as [first, frames] pairs. */
  toArray(): Uint32Array;
  /** Copies the pairs into `target`, which must have room for them: `toArray` without a new array. */
  copyTo(target: Uint32Array): void;
}

const FEW_WORDS = 32;
const NO_PAIRS = new Uint32Array(0);

/** `Runs` over [first, frames] pairs that belong to someone else. */
export class RunView implements Runs {
  #pairs: Uint32Array = NO_PAIRS;
  length = 0;

  /** Shows the first `length` runs of `pairs`, which it lets go of if that is none: they may be detached later. */
  show(pairs: Uint32Array, length: number): void {
    this.#pairs = length > 0 ? pairs : NO_PAIRS;
    this.length = length;
  }

  showNone(): void {
    this.show(NO_PAIRS, 0);
  }

  first(i: number): number {
    return this.#pairs[this.#index(i)]!;
  }

  frames(i: number): number {
    return this.#pairs[this.#index(i) + 1]!;
  }

  toArray(): Uint32Array {
    return this.#pairs.slice(0, 2 * this.length);
  }

  copyTo(target: Uint32Array): void {
    const words = 2 * this.length;
    // A subarray takes longer than copying a few.
    if (words > FEW_WORDS) target.set(this.#pairs.subarray(0, words));
    else for (let i = 0; i < words; i++) target[i] = this.#pairs[i]!;
  }

  #index(i: number): number {
    if (typeof i === "number" && i >>> 0 === i && i < this.length) return 2 * i;
    checkUint32("run", i);
    throw new RangeError(`run: expected an index below ${this.length}, got ${i}`);
  }
}

/** The runs of all parts in order; where a part begins at the end of the one before, the two runs become one. */
export function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    const end = at === 0 ? -1 : all[at - 2]! + all[at - 1]!;
    const touches = part[0] === end;
    if (touches) all[at - 1]! += part[1]!;
    all.set(touches ? part.subarray(2) : part, at);
    at += part.length - (touches ? 2 : 0);
  }
  return at === all.length ? all : all.slice(0, at);
}

/** The maximal runs of ascending frames. */
export function runsOf(frames: Uint32Array): Uint32Array {
  const pairs: number[] = [];
  let end = -1;
  for (const frame of frames) {
    if (frame === end) pairs[pairs.length - 1]!++;
    else pairs.push(frame, 1);
    end = frame + 1;
  }
  return Uint32Array.from(pairs);
}
