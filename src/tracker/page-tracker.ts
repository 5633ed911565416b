// Declares Symbol.dispose for programs whose `lib` does not.
/// <reference lib="esnext.disposable" preserve="true" />
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { checkAtMost, checkPfns, checkRange, checkRuns, checkUint32 } from "./check.ts";
import { countDuplicates } from "./duplicates.ts";
import { BEYOND, FEW, beyond, deflateFew, flip, inflateFew } from "./few.ts";
import { EngineMemory } from "./engine-memory.ts";
import { NEXT, OUT_OF_RANGE, RUN_COUNT, UNBACKED, instantiate, prepare } from "./engine.ts";
import type { EngineSource } from "./engine.ts";
import { ChangedRuns } from "./changed-runs.ts";
import { HOST_PAGE_FRAMES, wholePages } from "./host-pages.ts";
import { Runs } from "./runs.ts";

/** Frames a tracker covers at most: 2^32 - 1, that is PFNs 0 to 2^32 - 2. */
export const MAX_FRAMES: number = 2 ** 32 - 1;

/** PFNs the staging area holds. */
export const MAX_BATCH = 65536;

/** What one batch did. The tracker reuses one object: valid until its next call. */
export interface BatchResult {
  /** Frames added to the set (inflate) or removed from it (deflate). */
  readonly changed: number;
  /** PFNs in range that changed nothing: so already, or named earlier in the same batch. */
  readonly redundant: number;
  /** PFNs that name no frame of the tracker. */
  readonly outOfRange: number;
}

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

/** Whether frames are added to the set or removed from it. */
type Sign = 1 | -1;

type BatchCounts = { -readonly [count in keyof BatchResult]: number };

/**
 * The set of frames (4 KiB pages, named by PFN) a guest has given away: a bitmap in the memory of a Wasm instance.
 *
 * PFNs are guest input and so hostile: whatever they are is counted, nothing throws. Host input is checked: a wrong
 * kind is a TypeError, a wrong value a RangeError. After `dispose` every method throws an Error.
 *
 * Takes 1.4 MiB, plus one bit per frame up to the largest frame ever inflated. When the host refuses more memory, the
 * inflating call throws an Error; what it has changed by then is in the set, in `count` and in `runs`.
 */
export class PageTracker {
  /** PFNs 0 to `frames` - 1 are in range. */
  readonly frames: number;
  /** Frames in a host page. */
  readonly hostPageFrames: number;

  #memory: EngineMemory | undefined;
  #count = 0;
  #staging: Uint8Array = new Uint8Array(0);
  /** Kept apart from the view, whose length drops to 0 when the memory grows. */
  #stagedBytes = 0;
  readonly #changed = new ChangedRuns();
  /** Whether there may be staged PFNs or runs: one question instead of many for batches that neither need nor leave any. */
  #left = false;
  readonly #result: BatchCounts = { changed: 0, redundant: 0, outOfRange: 0 };

  /**
   * Covers `frames` frames, 1 to MAX_FRAMES, none of them in the set. Compiles the inlined module, once per process,
   * unless `prepare` has; each tracker is an instance of its own.
   * @throws TypeError or RangeError for wrong numbers or options; WebAssembly.CompileError where a content security
   * policy without 'wasm-unsafe-eval' forbids to compile
   */
  constructor(frames: number, options?: PageTrackerOptions) {
    const { hostPageFrames = 1 } = readOptions("PageTracker", PAGE_TRACKER_OPTIONS, options);
    check("frames", { integer: [[1, MAX_FRAMES]] }, frames);
    this.frames = frames;
    this.hostPageFrames = hostPageFrames;
    this.#memory = new EngineMemory(instantiate(), frames, hostPageFrames);
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

  /** Frames in the set. */
  get count(): number {
    this.#live();
    return this.#count;
  }

  /** Adds any number of PFNs to the set. Takes the staging area: what was staged is gone. Leaves no runs. */
  inflate(pfns: Uint32Array): BatchResult {
    const memory = this.#begin(pfns);
    if (pfns.length > FEW) return this.#inflateMany(memory, pfns);
    const were = inflateFew(memory.bitmap, pfns);
    if (were < BEYOND) return this.#set(pfns.length - were, were, 1);
    return this.#inflateBeyond(memory, pfns, were % BEYOND);
  }

  /** Removes any number of PFNs from the set. Takes the staging area: what was staged is gone. Leaves no runs. */
  deflate(pfns: Uint32Array): BatchResult {
    const memory = this.#begin(pfns);
    if (pfns.length > FEW) return this.#deflateMany(memory, pfns);
    const were = deflateFew(memory.bitmap, pfns);
    if (were < BEYOND) return this.#set(were, pfns.length - were, -1);
    return this.#deflateBeyond(memory, pfns, were % BEYOND);
  }

  /**
   * The first `byteLength` bytes of the staging area, 4 * MAX_BATCH at most: where little-endian PFNs of the guest are
   * copied to, without a stop in between. Ask again before each use, since a view is emptied when the memory grows.
   * Staged PFNs survive the `*Staged` calls on them; the bytes behind them do not.
   */
  staging(byteLength: number): Uint8Array {
    const memory = this.#live();
    // Making a view takes as long as tracking a contiguous batch of 256 PFNs, and the next batch is as long as this.
    // A view emptied by growth also has length 0.
    if (byteLength !== this.#staging.length || byteLength === 0) {
      checkAtMost("byteLength", byteLength, 4 * MAX_BATCH);
      this.#staging = memory.views.bytes.subarray(0, byteLength);
    }
    this.#stagedBytes = byteLength;
    this.#left = true;
    return this.#staging;
  }

  /** Adds the first `pfns` staged PFNs to the set and leaves the changed runs in `runs`. */
  inflateStaged(pfns: number): BatchResult {
    const memory = this.#beginStaged(pfns);
    if (this.#isOne(memory, pfns)) return this.#flipOne(memory, 1);
    const changed = memory.kernels.inflate(pfns);
    this.#changed.found();
    return this.#tally(memory, pfns, changed, 1);
  }

  /** Removes the first `pfns` staged PFNs from the set and leaves the changed runs in `runs`. */
  deflateStaged(pfns: number): BatchResult {
    const memory = this.#beginStaged(pfns);
    if (this.#isOne(memory, pfns)) return this.#flipOne(memory, -1);
    const changed = memory.kernels.deflate(pfns);
    this.#changed.found();
    return this.#tally(memory, pfns, changed, -1);
  }

  /**
   * How many of the first `pfns` staged PFNs are in range and repeat an earlier one. Changes nothing, and may be asked
   * before or after the batch is applied; allocates and sorts, so ask only when a batch has redundant PFNs.
   */
  stagedDuplicates(pfns: number): number {
    const { views } = this.#live();
    this.#checkStaged(pfns);
    return countDuplicates(views.pfns.subarray(0, pfns), this.frames);
  }

  /**
   * The runs of those frames of the set that the first `pfns` staged PFNs name, in ascending order. Changes nothing;
   * allocates and sorts, so ask only where a batch may have to be undone.
   */
  stagedMembers(pfns: number): Runs {
    return this.#stagedWhere(pfns, (engine, pfn) => engine.has(pfn) !== 0);
  }

  /** The same for the frames of this tracker that are not in the set. */
  stagedOthers(pfns: number): Runs {
    return this.#stagedWhere(pfns, (engine, pfn) => pfn < this.frames && engine.has(pfn) === 0);
  }

  /** Adds frames [first, first + frames) to the set; returns how many were added, leaves them in `runs`. */
  inflateRange(first: number, frames: number): number {
    return this.#range(first, frames, 1);
  }

  /**
   * Adds runs, [first, frames] pairs as {@link allRuns} gives them, to the set; returns how many frames were added.
   * Takes the staging area; leaves no runs.
   * @throws RangeError when a run is not of this tracker's frames; then nothing was added. Error when the host has no
   * memory for some of them; the others were added.
   */
  inflateRuns(pairs: Uint32Array): number {
    const memory = this.#begin(pairs);
    checkRuns(pairs, this.frames);
    this.#zero();
    for (let at = 0; at < pairs.length; at += MAX_BATCH) {
      const n = stage(memory, pairs, at) / 2;
      const added = memory.engine.inflateList(n) >>> 0;
      this.#count += added;
      this.#result.changed += added;
      checkBacked(memory.views.results[UNBACKED]!);
    }
    return this.#result.changed;
  }

  /** Removes frames [first, first + frames) from the set; returns how many were removed, leaves them in `runs`. */
  deflateRange(first: number, frames: number): number {
    return this.#range(first, frames, -1);
  }

  /**
   * The frames the last `*Staged` or `*Range` call changed. With host pages larger than a frame: all frames of the host
   * pages that are wholly part of the set since that inflate, or no longer since that deflate. A copy, made when it is
   * first asked for: it stays as it is whatever the tracker does next.
   */
  get runs(): Runs {
    return this.#changed.copy(this.#live());
  }

  /** Copies {@link PageTracker.runs} into a list that is used again for each batch, and returns it: allocates nothing. */
  copyRuns(target: Runs): Runs {
    return this.#changed.copyTo(target, this.#live());
  }

  /** Whether the frame is in the set; false for a PFN out of range. */
  has(pfn: number): boolean {
    const { engine } = this.#live();
    checkUint32("pfn", pfn);
    return engine.has(pfn) !== 0;
  }

  /** How many of the frames [first, first + frames) are in the set. */
  countRange(first: number, frames: number): number {
    const { engine } = this.#live();
    checkRange(first, frames, this.frames);
    return engine.countRange(first, frames) >>> 0;
  }

  /** The first frame of the set at or after `pfn`, -1 when there is none. */
  next(pfn: number): number {
    const { engine } = this.#live();
    checkUint32("pfn", pfn);
    const frame = engine.next(pfn);
    return frame === -1 ? -1 : frame >>> 0;
  }

  /**
   * Visits the maximal runs of the set in ascending order. `visit` may throw, and may call the tracker, even change the
   * set: runs are copied MAX_BATCH at a time before they are visited, so it gets those of its part as they were, and
   * those of later parts as they are by then.
   * @throws TypeError when `visit` is no function
   */
  forEachRun(visit: (first: number, frames: number) => void): void {
    check("visit", "function", visit);
    for (const pairs of this.#list()) {
      for (let i = 0; i < pairs.length; i += 2) visit(pairs[i]!, pairs[i + 1]!);
    }
  }

  /** The maximal runs of the set in ascending order, as [first, frames] pairs. */
  allRuns(): Uint32Array {
    return this.#all().toArray();
  }

  /** The host pages that are wholly in the set, in ascending order, as [first, frames] pairs. */
  allHostPages(): Uint32Array {
    return wholePages(this.#all(), this.hostPageFrames).toArray();
  }

  /** Empties the set. */
  clear(): void {
    this.#live().engine.clear();
    this.#count = 0;
    this.#changed.none();
  }

  /** Lets go of the memory. May be called again, which does nothing. */
  dispose(): void {
    this.#memory = undefined;
    this.#staging = new Uint8Array(0);
    this.#changed.none();
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#memory === undefined;
  }

  /** Takes the run area: the runs of the last batch are gone. */
  #list(): Iterable<Uint32Array> {
    const memory = this.#live();
    this.#changed.none();
    return listRuns(memory, this.frames);
  }

  #all(): Runs {
    const all = new Runs();
    for (const pairs of this.#list()) all.append(pairs, pairs.length / 2);
    return all;
  }

  #live(): EngineMemory {
    if (this.#memory !== undefined) return this.#memory;
    throw new Error("PageTracker: used after dispose");
  }

  #begin(pfns: Uint32Array): EngineMemory {
    const memory = this.#live();
    checkPfns(pfns);
    if (this.#left) this.#forget();
    return memory;
  }

  #forget(): void {
    this.#stagedBytes = 0;
    this.#changed.none();
    this.#left = false;
  }

  #beginStaged(pfns: number): EngineMemory {
    const memory = this.#live();
    this.#checkStaged(pfns);
    this.#zero();
    this.#changed.none();
    return memory;
  }

  #stagedWhere(pfns: number, wanted: (engine: EngineMemory["engine"], pfn: number) => boolean): Runs {
    const { engine, views } = this.#live();
    this.#checkStaged(pfns);
    const sorted = views.pfns.slice(0, pfns).sort();
    const runs = new Runs();
    let first = 0;
    let end = 0;
    for (const pfn of sorted) {
      if (pfn < end || !wanted(engine, pfn)) continue;
      if (pfn > end) {
        if (end > first) runs.push(first, end - first);
        first = pfn;
      }
      end = pfn + 1;
    }
    if (end > first) runs.push(first, end - first);
    return runs;
  }

  #checkStaged(pfns: number): void {
    checkAtMost("pfns", pfns, this.#stagedBytes >>> 2);
  }

  #zero(): void {
    this.#result.changed = 0;
    this.#result.redundant = 0;
    this.#result.outOfRange = 0;
  }

  /** The rest of a batch of a few, after those of the bitmap: `were` of them were in the set. */
  #inflateBeyond(memory: EngineMemory, pfns: Uint32Array, were: number): BatchResult {
    const rest = beyond(pfns, memory.bitmap);
    const changed = pfns.length - rest.length - were;
    this.#add(changed, 1);
    this.#inflateMany(memory, rest);
    return this.#addToResult(changed, were);
  }

  #deflateBeyond(memory: EngineMemory, pfns: Uint32Array, were: number): BatchResult {
    const rest = beyond(pfns, memory.bitmap);
    this.#add(were, -1);
    this.#deflateMany(memory, rest);
    return this.#addToResult(were, pfns.length - rest.length - were);
  }

  #addToResult(changed: number, redundant: number): BatchResult {
    this.#result.changed += changed;
    this.#result.redundant += redundant;
    return this.#result;
  }

  #inflateMany(memory: EngineMemory, pfns: Uint32Array): BatchResult {
    this.#zero();
    for (let at = 0; at < pfns.length; at += MAX_BATCH) {
      const n = stage(memory, pfns, at);
      this.#tally(memory, n, memory.silent.inflate(n), 1);
    }
    return this.#result;
  }

  #deflateMany(memory: EngineMemory, pfns: Uint32Array): BatchResult {
    this.#zero();
    for (let at = 0; at < pfns.length; at += MAX_BATCH) {
      const n = stage(memory, pfns, at);
      this.#tally(memory, n, memory.silent.deflate(n), -1);
    }
    return this.#result;
  }

  /** Whether a staged batch is a single PFN with memory behind its bit, and no host page in the way. */
  #isOne({ bitmap, views }: EngineMemory, pfns: number): boolean {
    return pfns === 1 && this.hostPageFrames === 1 && views.pfns[0]! < bitmap.limit;
  }

  /** What page migration sends all day, without the engine: see {@link FEW}. */
  #flipOne({ bitmap, views }: EngineMemory, sign: Sign): BatchResult {
    const pfn = views.pfns[0]!;
    const changed = flip(bitmap, pfn, sign > 0);
    views.runs[0] = pfn;
    views.runs[1] = 1;
    views.results[RUN_COUNT] = changed;
    this.#changed.found();
    return this.#set(changed, 1 - changed, sign);
  }

  #set(changed: number, redundant: number, sign: Sign): BatchResult {
    const result = this.#result;
    result.changed = changed;
    result.redundant = redundant;
    result.outOfRange = 0;
    this.#add(changed, sign);
    return result;
  }

  /** Not `sign * changed`, which may be -0: no small integer for V8, which then would count in doubles. */
  #add(changed: number, sign: Sign): void {
    this.#count = sign > 0 ? this.#count + changed : this.#count - changed;
  }

  /** Adds what a batch of `n` PFNs did to the count and to the result, which it returns. */
  #tally({ views }: EngineMemory, n: number, changed: number, sign: Sign): BatchResult {
    this.#add(changed, sign);
    this.#result.changed += changed;
    if (changed < n) this.#tallyOthers(views.results, n - changed);
    return this.#result;
  }

  /** The same for the `n` PFNs of a batch that changed nothing. */
  #tallyOthers(results: Uint32Array, n: number): void {
    const result = this.#result;
    const outOfRange = results[OUT_OF_RANGE]!;
    const unbacked = results[UNBACKED]!;
    result.outOfRange += outOfRange;
    result.redundant += n - outOfRange - unbacked;
    checkBacked(unbacked);
  }

  #range(first: number, frames: number, sign: Sign): number {
    const memory = this.#live();
    checkRange(first, frames, this.frames);
    this.#changed.none();
    this.#left = true;
    if (frames === 0) return 0;
    const end = first + frames;
    const changed = this.#rangePart(memory, first, end, sign);
    const { results } = memory.views;
    if (results[NEXT]! < end) return changed + this.#rangeRest(memory, results[NEXT]!, end, sign);
    this.#changed.ordered();
    return changed;
  }

  /** As far as the run area has room: a fragmented range may have more runs than it holds. */
  #rangePart(memory: EngineMemory, first: number, end: number, sign: Sign): number {
    const { inflateRange, deflateRange } = memory.kernels;
    const changed = (sign > 0 ? inflateRange(first, end) : deflateRange(first, end)) >>> 0;
    this.#add(changed, sign);
    checkBacked(memory.views.results[UNBACKED]!);
    return changed;
  }

  /** The rest of a range, from frame `first` on, after a part of it has filled the run area. */
  #rangeRest(memory: EngineMemory, first: number, end: number, sign: Sign): number {
    const all = new Runs();
    appendFound(all, memory);
    let changed = 0;
    for (let at = first; at < end; at = memory.views.results[NEXT]!) {
      changed += this.#rangePart(memory, at, end, sign);
      appendFound(all, memory);
    }
    this.#changed.apart(all);
    return changed;
  }
}

/** Stages the PFNs from index `at` on, as many as fit; returns how many. */
function stage({ views }: EngineMemory, pfns: Uint32Array, at: number): number {
  const batch = pfns.length <= MAX_BATCH ? pfns : pfns.subarray(at, at + MAX_BATCH);
  views.pfns.set(batch);
  return batch.length;
}

/** The runs of the set, copied one run area at a time. No part begins where the one before ended. */
function* listRuns(memory: EngineMemory, frames: number): Generator<Uint32Array> {
  for (let at = 0; at < frames;) {
    memory.engine.scan(at);
    at = memory.views.results[NEXT]!;
    yield copyRuns(memory);
  }
}

function copyRuns({ views: { runs, results } }: EngineMemory): Uint32Array {
  return runs.slice(0, 2 * results[RUN_COUNT]!);
}

function appendFound(all: Runs, { views: { runs, results } }: EngineMemory): void {
  all.append(runs, results[RUN_COUNT]!);
}

function checkBacked(unbacked: number): void {
  if (unbacked !== 0) throw new Error(`PageTracker: no memory for the bits of ${unbacked} frames`);
}
