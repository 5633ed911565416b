import { check } from "../options/index.ts";
import { checkRange, checkUint32 } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { wholePages } from "./host-pages.ts";
import { listOf, printAs, runsIn } from "./inspect.ts";
import { allRuns, listRuns } from "./run-lists.ts";
import { Runs } from "./runs.ts";

/**
 * A read-only set of frames: what a device shows of its {@link PageTracker}, which is a PageSet too. Iteration yields
 * the PFNs in ascending order. Units are 4 KiB frames.
 *
 * Every method throws an Error after the tracker was disposed of.
 *
 * @example
 * for (const pfn of balloon.pages) console.log(pfn);
 */
export class PageSet implements Iterable<number> {
  /** PFNs from 0 to `frames` - 1 are in range. */
  readonly frames: number;
  /** Frames in a host page. */
  readonly hostPageFrames: number;
  readonly #memory: EngineMemory;

  /** Makes a live view of `set`, not a copy. */
  constructor(set: PageSet);
  /** @internal */
  constructor(set: undefined, memory: EngineMemory);
  constructor(set?: PageSet, memory?: EngineMemory) {
    this.#memory = memory ?? check("set", { instanceOf: PageSet, called: "a PageTracker" }, set)!.#memory;
    this.frames = this.#memory.frames;
    this.hostPageFrames = this.#memory.hostPageFrames;
    printAs(this, () => this.#text());
  }

  /** Frames in the set. */
  get count(): number {
    this.#memory.checkLive();
    return this.#memory.count;
  }

  /** Whether the frame is in the set. False for a PFN out of range. */
  has(pfn: number): boolean {
    const { engine } = this.#memory;
    checkUint32("pfn", pfn);
    return engine.has(pfn) !== 0;
  }

  /** How many of the frames [first, first + frames) are in the set. */
  countRange(first: number, frames: number): number {
    const { engine } = this.#memory;
    checkRange(first, frames, this.frames);
    return engine.countRange(first, frames) >>> 0;
  }

  /** The first frame of the set at or after `pfn`, or -1 if there is none. */
  next(pfn: number): number {
    const { engine } = this.#memory;
    checkUint32("pfn", pfn);
    const frame = engine.next(pfn);
    return frame === -1 ? -1 : frame >>> 0;
  }

  /**
   * The first PFN at or after `pfn` that is not in the set; `frames`, which is out of range, if all of them are in the
   * set.
   */
  nextOutside(pfn: number): number {
    const { engine } = this.#memory;
    checkUint32("pfn", pfn);
    return engine.nextOutside(pfn) >>> 0;
  }

  /**
   * Calls `visit` with the maximal runs of the set in ascending order. `visit` may throw, and may call the tracker,
   * even to change the set. Runs are copied MAX_BATCH at a time before they are visited, so a change affects only the
   * runs that are not copied yet.
   * @throws TypeError if `visit` is not a function
   */
  forEachRun(visit: (first: number, frames: number) => void): void {
    check("visit", "function", visit);
    for (const pairs of listRuns(this.#memory)) {
      for (let i = 0; i < pairs.length; i += 2) visit(pairs[i]!, pairs[i + 1]!);
    }
  }

  /** Returns the maximal runs of the set in ascending order, as [first, frames] pairs. */
  allRuns(): Uint32Array {
    return allRuns(this.#memory);
  }

  /** Returns the host pages that are completely in the set, in ascending order, as [first, frames] pairs. */
  allHostPages(): Uint32Array {
    const runs = this.allRuns();
    return this.hostPageFrames === 1 ? runs : wholePages(new Runs(runs), this.hostPageFrames).toArray();
  }

  /** Returns the PFNs of the set in ascending order. The array takes 4 bytes for each frame. */
  toArray(): Uint32Array {
    const pfns = new Uint32Array(this.count);
    let at = 0;
    this.forEachRun((first, frames) => {
      for (let i = 0; i < frames; i++) pfns[at++] = first + i;
    });
    return pfns;
  }

  /**
   * Yields the PFNs of the set in ascending order. The set may change during the iteration: see
   * {@link PageSet.forEachRun}.
   */
  *[Symbol.iterator](): Generator<number, void> {
    for (const pairs of listRuns(this.#memory)) {
      for (const [first, frames] of new Runs(pairs)) {
        for (let i = 0; i < frames; i++) yield first + i;
      }
    }
  }

  /** The text that Node's `console.log` prints. */
  #text(): string {
    const { name } = this.constructor;
    if (this.#memory.disposed) return `${name} { disposed }`;
    const count = `${this.count} of ${this.frames} frames`;
    return this.count === 0 ? `${name} { ${count} }` : `${name} { ${count}: ${listOf(runsIn(this))} }`;
  }
}
