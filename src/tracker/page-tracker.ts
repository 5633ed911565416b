// Declares Symbol.dispose for programs whose `lib` does not have it.
/// <reference lib="esnext.disposable" preserve="true" />
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import type { BatchResult } from "./batch-result.ts";
import { Batches, newSum } from "./batches.ts";
import type { Sum } from "./batches.ts";
import { ChangedRuns } from "./changed-runs.ts";
import { checkPfns, checkRuns } from "./check.ts";
import { EngineMemory } from "./engine-memory.ts";
import { instantiate, prepare } from "./engine.ts";
import type { EngineSource } from "./engine-source.ts";
import { HOST_PAGE_FRAMES } from "./host-pages.ts";
import { MAX_FRAMES } from "./limits.ts";
import { PageSet } from "./page-set.ts";
import { Ranges } from "./ranges.ts";
import { addRuns } from "./run-lists.ts";
import type { Runs } from "./runs.ts";
import { countDuplicates, runsWhere } from "./staged-questions.ts";
import { Staging } from "./staging.ts";

/** Options of {@link PageTracker}. */
export interface PageTrackerOptions {
  /**
   * Frames in a host page: a power of two up to 512 (2 MiB). Default 1. The set still has single frames, but
   * {@link PageTracker.runs} has only whole host pages.
   */
  readonly hostPageFrames?: number;
}

/** The kind of every option of {@link PageTracker}. */
export const PAGE_TRACKER_OPTIONS: Table<PageTrackerOptions> = {
  hostPageFrames: HOST_PAGE_FRAMES,
};

/**
 * The set of frames (4 KiB pages, named by PFN) that a guest has given away: a bitmap in the memory of a Wasm instance.
 *
 * PFNs come from the guest and may be hostile. Bad PFNs are counted and never throw. Arguments from the host are
 * checked: a wrong kind is a TypeError, a wrong value a RangeError. After `dispose` every method throws an Error.
 *
 * A tracker takes 1.4 MiB, plus one bit for each frame up to the largest frame ever inflated. If the host refuses more
 * memory, the inflating call throws an Error; the frames changed before that are in the set, in `count` and in `runs`.
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
   * Makes an empty set over `frames` frames, 1 to MAX_FRAMES. Compiles the inlined module once per process, unless
   * `prepare` has done so. Each tracker has its own instance.
   * @throws TypeError or RangeError for wrong numbers or options; WebAssembly.CompileError where compilation is forbidden
   * and {@link PageTracker.prepare} was not given a compiled module
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
   * Compiles the engine ahead of time and asynchronously, so that constructors only instantiate it. `source` replaces
   * the inlined bytes: the bytes of `ballonet/engine.wasm`, a response with them, or a module compiled from them
   * elsewhere. Trackers that were made before keep the engine they have.
   *
   * @example
   * import engine from "ballonet/engine.wasm"; // a Cloudflare Worker gets a WebAssembly.Module
   * await PageTracker.prepare(engine);
   *
   * @throws WebAssembly.CompileError for bytes that are no module, and where compilation is forbidden, as by a content
   * security policy without 'wasm-unsafe-eval'; a compiled module is accepted there. Error for a response that is not
   * ok. TypeError for a module of something else, and for anything else
   */
  static prepare(source?: EngineSource): Promise<void> {
    return prepare(source);
  }

  /** Adds any number of PFNs to the set. Overwrites the staging area and leaves no runs. */
  inflate(pfns: Uint32Array): BatchResult {
    return this.#batches.inflate(pfns);
  }

  /** Removes any number of PFNs from the set. Overwrites the staging area and leaves no runs. */
  deflate(pfns: Uint32Array): BatchResult {
    return this.#batches.deflate(pfns);
  }

  /**
   * Returns the first `byteLength` bytes of the staging area, at most 4 * MAX_BATCH. Copy the guest's little-endian
   * PFNs there directly. Ask for the bytes again before each use, because a growth of the memory empties the view.
   * Staged PFNs survive `*Staged` calls; the bytes after them do not.
   */
  staging(byteLength: number): Uint8Array {
    return this.#staging.bytes(byteLength);
  }

  /**
   * Returns the whole staging area as words, for a caller that writes the first `pfns` of them one by one. Unlike
   * {@link PageTracker.staging}, it makes no view.
   * @internal
   */
  stagingWords(pfns: number): Uint32Array {
    return this.#staging.words(pfns);
  }

  /** Adds the first `pfns` staged PFNs to the set and leaves the changed runs in `runs`. */
  inflateStaged(pfns: number): BatchResult {
    this.#memory.checkLive();
    this.#staging.check(pfns);
    return this.#batches.inflateStaged(pfns, newSum());
  }

  /** Removes the first `pfns` staged PFNs from the set and leaves the changed runs in `runs`. */
  deflateStaged(pfns: number): BatchResult {
    this.#memory.checkLive();
    this.#staging.check(pfns);
    return this.#batches.deflateStaged(pfns, newSum());
  }

  /**
   * {@link PageTracker.inflateStaged} for PFNs that the caller knows to be staged, with a result that it writes instead
   * of a new one: a device makes no garbage.
   * @internal
   */
  inflateStagedInto(result: Sum, pfns: number): BatchResult {
    return this.#batches.inflateStaged(pfns, result);
  }

  /** @internal */
  deflateStagedInto(result: Sum, pfns: number): BatchResult {
    return this.#batches.deflateStaged(pfns, result);
  }

  /**
   * {@link PageTracker.deflateStagedInto} for a caller that does not need the runs, which takes less time.
   * @internal
   */
  deflateSilentlyInto(result: Sum, pfns: number): BatchResult {
    return this.#batches.deflateSilently(pfns, result);
  }

  /**
   * Counts the PFNs among the first `pfns` staged ones that are in range and repeat an earlier one. Changes nothing and
   * may be called before or after the batch is applied. It allocates and sorts, so call it only if a batch has
   * redundant PFNs.
   */
  stagedDuplicates(pfns: number): number {
    return countDuplicates(this.#staged(pfns), this.frames);
  }

  /**
   * Returns the runs of the frames that are in the set and among the first `pfns` staged PFNs, in ascending order.
   * Changes nothing. It allocates and sorts, so call it only if a batch may have to be undone.
   */
  stagedMembers(pfns: number): Runs {
    return runsWhere(this.#staged(pfns), (pfn) => this.has(pfn));
  }

  /** The same for the frames of this tracker that are not in the set. */
  stagedOthers(pfns: number): Runs {
    return runsWhere(this.#staged(pfns), (pfn) => pfn < this.frames && !this.has(pfn));
  }

  /** Adds frames [first, first + frames) to the set. Returns the number of frames added, and leaves them in `runs`. */
  inflateRange(first: number, frames: number): number {
    return this.#ranges.inflate(first, frames);
  }

  /**
   * Removes frames [first, first + frames) from the set. Returns the number of frames removed, and leaves them in
   * `runs`.
   */
  deflateRange(first: number, frames: number): number {
    return this.#ranges.deflate(first, frames);
  }

  /**
   * Adds runs to the set, given as the [first, frames] pairs of {@link PageSet.allRuns}. Returns the number of frames
   * added. Overwrites the staging area and leaves no runs.
   * @throws RangeError if a run is outside this tracker; nothing was added then. Error if the host has no memory for
   * some of the frames; the others were added.
   */
  inflateRuns(pairs: Uint32Array): number {
    this.#memory.checkLive();
    checkPfns(pairs);
    checkRuns(pairs, this.frames);
    this.#changed.none();
    return addRuns(this.#memory, this.#staging, pairs);
  }

  /**
   * The frames that the last `*Staged` or `*Range` call changed. If host pages are larger than a frame: all frames of
   * the host pages that this inflate completed in the set, or that this deflate made incomplete. Each call has its own
   * list, which is made on first access and does not change with later calls.
   */
  get runs(): Runs {
    return this.#changed.copy();
  }

  /**
   * Makes `target` a copy of {@link PageTracker.runs} and returns it. Allocates nothing if `target` has enough room.
   */
  copyRuns(target: Runs): Runs {
    this.#memory.checkLive();
    return this.#changed.copyTo(target);
  }

  /** Returns a new tracker with the same frames in its set. */
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

  /** Frees the memory. May be called twice. */
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
