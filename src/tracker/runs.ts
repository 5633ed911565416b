import { check } from "../options/index.ts";
import { checkUint32 } from "./check.ts";

const NO_PAIRS = new Uint32Array(0);
/** Up to this length, copying word by word is faster than making a subarray. */
const FEW_WORDS = 32;
const LEAST_WORDS = 16;

/**
 * A list of runs of frames, stored as [first, frames] pairs in its own array. It describes the frames that a
 * {@link PageTracker} changed, or that a host must unlock, discard or lock: ascending runs that do not overlap.
 *
 * @example
 * const runs = new Runs(Uint32Array.of(100, 3, 200, 1));
 * for (const [first, frames] of runs) console.log(first, frames); // 100 3, then 200 1
 * for (let i = 0; i < runs.length; i++) runs.first(i); // the same, without an allocation
 */
export class Runs implements Iterable<readonly [first: number, frames: number]> {
  #pairs: Uint32Array = NO_PAIRS;
  #length = 0;

  /**
   * Makes a list of the runs in `pairs`, which is copied. Default: empty.
   * @throws TypeError unless `pairs` is a Uint32Array; RangeError if its length is odd
   */
  constructor(pairs: Uint32Array = NO_PAIRS) {
    check("pairs", "words", pairs);
    if (pairs.length % 2 !== 0) throw new RangeError(`pairs: expected an even length, got ${pairs.length}`);
    if (pairs.length > 0) this.assign(pairs, pairs.length / 2);
  }

  /** Number of runs. */
  get length(): number {
    return this.#length;
  }

  /** Total number of frames in all runs. */
  get total(): number {
    let total = 0;
    for (let i = 0; i < this.#length; i++) total += this.#pairs[2 * i + 1]!;
    return total;
  }

  /** First frame of run `i`. @throws RangeError unless `i` is an index below `length` */
  first(i: number): number {
    return this.#pairs[this.#index(i)]!;
  }

  /** Frames in run `i`. @throws RangeError unless `i` is an index below `length` */
  frames(i: number): number {
    return this.#pairs[this.#index(i) + 1]!;
  }

  /** Adds a run at the end. */
  push(first: number, frames: number): void {
    const at = 2 * this.#length;
    if (at === this.#pairs.length) this.#grow(2 * at);
    this.#pairs[at] = first;
    this.#pairs[at + 1] = frames;
    this.#length++;
  }

  /**
   * Replaces the list with the run of `frames` frames at `first`, or with no run if `frames` is 0.
   * @internal
   */
  setFrames(first: number, frames: number): this {
    this.#length = 0;
    if (frames > 0) this.push(first, frames);
    return this;
  }

  /** Replaces the list with a copy of the first `length` runs in `pairs`. */
  assign(pairs: Uint32Array, length: number): this {
    const words = 2 * length;
    if (words > this.#pairs.length) this.#grow(words);
    this.#length = length;
    if (words > FEW_WORDS) this.#pairs.set(pairs.subarray(0, words));
    else for (let i = 0; i < words; i++) this.#pairs[i] = pairs[i]!;
    return this;
  }

  /**
   * Appends the first `length` runs in `pairs`. The first of them is joined to the last run of this list if they touch.
   */
  append(pairs: Uint32Array, length: number): void {
    const at = 2 * this.#length;
    const joined = length > 0 && this.#endsAt(pairs[0]!) ? 1 : 0;
    if (joined === 1) this.#pairs[at - 1]! += pairs[1]!;
    const words = 2 * (length - joined);
    if (at + words > this.#pairs.length) this.#grow(Math.max(2 * at, at + words));
    this.#pairs.set(pairs.subarray(2 * joined, 2 * length), at);
    this.#length += length - joined;
  }

  /** Empties the list but keeps its memory. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  /** Returns a copy that shares nothing with this list. */
  clone(): Runs {
    return this.copyTo(new Runs());
  }

  /** Makes `target` a copy of this list and returns it. */
  copyTo(target: Runs): Runs {
    return target.assign(this.#pairs, this.#length);
  }

  /** Returns a copy as [first, frames] pairs. */
  toArray(): Uint32Array {
    return this.#pairs.slice(0, 2 * this.#length);
  }

  /** Yields [first, frames] of each run. */
  *[Symbol.iterator](): Generator<readonly [first: number, frames: number], void> {
    for (let i = 0; i < this.#length; i++) yield [this.first(i), this.frames(i)];
  }

  /** Whether the last run ends directly before `frame`. */
  #endsAt(frame: number): boolean {
    const last = this.#length - 1;
    return last >= 0 && this.first(last) + this.frames(last) === frame;
  }

  #index(i: number): number {
    // The type first: a bigint cannot be shifted.
    if (typeof i === "number" && i >>> 0 === i && i < this.#length) return 2 * i;
    return this.#wrongIndex(i);
  }

  #wrongIndex(i: number): never {
    checkUint32("run", i);
    throw new RangeError(`run: expected an index below ${this.#length}, got ${i}`);
  }

  /** Makes room for at least `words` words. */
  #grow(words: number): void {
    const pairs = new Uint32Array(Math.max(words, LEAST_WORDS));
    pairs.set(this.#pairs.subarray(0, 2 * this.#length));
    this.#pairs = pairs;
  }
}
