// Declares Symbol.dispose for programs whose `lib` does not.
/// <reference lib="esnext.disposable" preserve="true" />
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { Batches } from "./batches.ts";
import type { BatchResult } from "./batches.ts";
import { ChangedRuns } from "./changed-runs.ts";
import { checkPfns, checkRuns } from "./check.ts";
import { EngineMemory } from "./engine-memory.ts";
import { instantiate, prepare } from "./engine.ts";
import type { EngineSource } from "./engine.ts";
import { HOST_PAGE_FRAMES } from "./host-pages.ts";
import { PageSet } from "./page-set.ts";
import { Ranges } from "./ranges.ts";
import { addRuns } from "./run-lists.ts";
import type { Runs } from "./runs.ts";
import { countDuplicates, runsWhere } from "./staged-questions.ts";
import { Staging } from "./staging.ts";

/** Frames a tracker covers at most: 2^32 - 1, that is PFNs 0 to 2^32 - 2. */
export const MAX_FRAMES: number = 2 ** 32 - 1;

/** Options of {@link PageTracker}. */
export interface PageTrackerOptions {
  /**
   * Frames in a page of the host, where that is larger than a frame: a power of two up to 512 (2 MiB), 1 by default.
   * The set is kept by the frame all the same; {@link PageTracker.runs} are whole host pages then.
   */
  readonly hostPageFrames?: number;
}

/** The kind of every option of {@link PageTracker}. */
export const PAGE_TRACKER_OPTIONS: Table<PageTrackerOptions> = {
  hostPageFrames: HOST_PAGE_FRAMES,
};

/**
 * The set of frames (4 KiB pages, named by PFN) a guest has given away: a bitmap in the memory of a Wasm instance.
 *
 * PFNs are guest input and so hostile: whatever they are is counted, nothing throws. Host input is checked: a wrong
 * kind is a TypeError, a wrong value a RangeError. After `dispose` every method throws an Error.
 *
 * Takes 1.4 MiB, plus one bit per frame up to the largest frame ever inflated. When the host refuses more memory, the
 * inflating call throws an Error; what it has changed by then is in the set, in `count` and in `runs`.
 *
 * @example
 * const tracker = new PageTracker(1 << 20); // 4 GiB
 * tracker.inflate(Uint32Array.of(300, 301, 500)); // { changed: 3, redundant: 0, outOfRange: 0 }
 * tracker.toArray(); // Uint32Array [300, 301, 500]
 */
export class PageTracker extends PageSet implements Disposable {
  readonly #memory: EngineMemory;
  readonly #staging: Staging;
  readonly #changed: ChangedRuns;
  readonly #batches: Batches;
  readonly #ranges: Ranges;

  /**
   * Covers `frames` frames, 1 to MAX_FRAMES, none of them in the set. Compiles the inlined module, once per process,
   * unless `prepare` has; each tracker is an instance of its own.
   * @throws TypeError or RangeError for wrong numbers or options; WebAssembly.CompileError where a content security
   * policy without 'wasm-unsafe-eval' forbids to compile
   */
  constructor(frames: number, options?: PageTrackerOptions) {
    const { hostPageFrames = 1 } = readOptions("PageTracker", PAGE_TRACKER_OPTIONS, options);
    check("frames", { integer: [[1, MAX_FRAMES]] }, frames);
    const memory = new EngineMemory(instantiate(), frames, hostPageFrames);
    super(undefined, memory);
    this.#memory = memory;
    this.#staging = new Staging(memory);
    this.#changed = new ChangedRuns(memory);
    this.#batches = new Batches(memory, this.#staging, this.#changed);
    this.#ranges = new Ranges(memory, this.#changed);
  }

  /**
   * The asynchronous door: compiles ahead, so that constructors only instantiate. `source` replaces the inlined bytes:
   * the bytes of `ballonet/engine.wasm`, a response with them, or a module of them compiled elsewhere.
   * @throws WebAssembly.CompileError for other bytes, and under a content security policy without 'wasm-unsafe-eval',
   * which only a module passes; Error for a response that is not ok; TypeError for anything else.
   */
  static prepare(source?: EngineSource): Promise<void> {
    return prepare(source);
  }

  /** Adds any number of PFNs to the set. Takes the staging area: what was staged is gone. Leaves no runs. */
  inflate(pfns: Uint32Array): BatchResult {
    return this.#batches.inflate(pfns);
  }

  /** Removes any number of PFNs from the set. Takes the staging area: what was staged is gone. Leaves no runs. */
  deflate(pfns: Uint32Array): BatchResult {
    return this.#batches.deflate(pfns);
  }

  /**
   * The first `byteLength` bytes of the staging area, 4 * MAX_BATCH at most: where little-endian PFNs of the guest are
   * copied to, without a stop in between. Ask again before each use, since a view is emptied when the memory grows.
   * Staged PFNs survive the `*Staged` calls on them; the bytes behind them do not.
   */
  staging(byteLength: number): Uint8Array {
    return this.#staging.bytes(byteLength);
  }

  /** Adds the first `pfns` staged PFNs to the set and leaves the changed runs in `runs`. */
  inflateStaged(pfns: number): BatchResult {
    return this.#batches.inflateStaged(pfns);
  }

  /** Removes the first `pfns` staged PFNs from the set and leaves the changed runs in `runs`. */
  deflateStaged(pfns: number): BatchResult {
    return this.#batches.deflateStaged(pfns);
  }

  /**
   * How many of the first `pfns` staged PFNs are in range and repeat an earlier one. Changes nothing, and may be asked
   * before or after the batch is applied; allocates and sorts, so ask only when a batch has redundant PFNs.
   */
  stagedDuplicates(pfns: number): number {
    return countDuplicates(this.#staged(pfns), this.frames);
  }

  /**
   * The runs of those frames of the set that the first `pfns` staged PFNs name, in ascending order. Changes nothing;
   * allocates and sorts, so ask only where a batch may have to be undone.
   */
  stagedMembers(pfns: number): Runs {
    return runsWhere(this.#staged(pfns), (pfn) => this.has(pfn));
  }

  /** The same for the frames of this tracker that are not in the set. */
  stagedOthers(pfns: number): Runs {
    return runsWhere(this.#staged(pfns), (pfn) => pfn < this.frames && !this.has(pfn));
  }

  /** Adds frames [first, first + frames) to the set; returns how many were added, leaves them in `runs`. */
  inflateRange(first: number, frames: number): number {
    return this.#ranges.inflate(first, frames);
  }

  /** Removes frames [first, first + frames) from the set; returns how many were removed, leaves them in `runs`. */
  deflateRange(first: number, frames: number): number {
    return this.#ranges.deflate(first, frames);
  }

  /**
   * Adds runs, [first, frames] pairs as {@link PageSet.allRuns} gives them, to the set; returns how many frames were
   * added. Takes the staging area; leaves no runs.
   * @throws RangeError when a run is not of this tracker's frames; then nothing was added. Error when the host has no
   * memory for some of them; the others were added.
   */
  inflateRuns(pairs: Uint32Array): number {
    this.#memory.checkLive();
    checkPfns(pairs);
    checkRuns(pairs, this.frames);
    this.#changed.none();
    return addRuns(this.#memory, this.#staging, pairs);
  }

  /**
   * The frames the last `*Staged` or `*Range` call changed. With host pages larger than a frame: all frames of the host
   * pages that are wholly part of the set since that inflate, or no longer since that deflate. A list of its own for
   * each call, made when it is first asked for: later calls do not change it.
   */
  get runs(): Runs {
    return this.#changed.copy();
  }

  /** Makes `target` a copy of {@link PageTracker.runs}, and returns it. Allocates nothing if `target` has room. */
  copyRuns(target: Runs): Runs {
    return this.#changed.copyTo(target);
  }

  /** A tracker of its own with the same frames in its set. */
  clone(): PageTracker {
    const { frames, hostPageFrames } = this;
    const copy = new PageTracker(frames, { hostPageFrames });
    copy.inflateRuns(this.allRuns());
    return copy;
  }

  /** Empties the set. */
  clear(): void {
    this.#memory.engine.clear();
    this.#memory.count = 0;
    this.#changed.none();
  }

  /** Lets go of the memory. May be called again, which does nothing. */
  dispose(): void {
    this.#memory.dispose();
    this.#staging.dispose();
    this.#changed.none();
  }

  /** The same as {@link PageTracker.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#memory.disposed;
  }

  #staged(pfns: number): Uint32Array {
    const { views } = this.#memory;
    this.#staging.check(pfns);
    return views.pfns.subarray(0, pfns);
  }
}
