import { check } from "../options/index.ts";
import { checkRange, checkUint32 } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { wholePages } from "./host-pages.ts";
import { listOf, printAs, runsIn } from "./inspect.ts";
import { allRuns, listRuns } from "./run-lists.ts";
import { Runs } from "./runs.ts";

/**
 * A set of frames for reading: what a device lets others see of its {@link PageTracker}, which is one itself. Iterating
 * yields the PFNs in ascending order. Units are 4 KiB frames.
 *
 * Every method throws an Error once the tracker was disposed of.
 *
 * @example
 * for (const pfn of balloon.pages) console.log(pfn);
 */
export class PageSet implements Iterable<number> {
  /** PFNs 0 to `frames` - 1 are in range. */
  readonly frames: number;
  /** Frames in a page of the host. */
  readonly hostPageFrames: number;
  readonly #memory: EngineMemory;

  /** Shows what is in `set` at any time: no copy. */
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

  /** Whether the frame is in the set; false for a PFN out of range. */
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

  /** The first frame of the set at or after `pfn`, -1 when there is none. */
  next(pfn: number): number {
    const { engine } = this.#memory;
    checkUint32("pfn", pfn);
    const frame = engine.next(pfn);
    return frame === -1 ? -1 : frame >>> 0;
  }

  /** The first PFN at or after `pfn` that is not in the set; `frames`, which is out of range, when there is none before. */
  nextOutside(pfn: number): number {
    const { engine } = this.#memory;
    checkUint32("pfn", pfn);
    return engine.nextOutside(pfn) >>> 0;
  }

  /**
   * Visits the maximal runs of the set in ascending order. `visit` may throw, and may call the tracker, even change the
   * set: runs are copied MAX_BATCH at a time before they are visited, so it gets those of its part as they were, and
   * those of later parts as they are by then.
   * @throws TypeError when `visit` is no function
   */
  forEachRun(visit: (first: number, frames: number) => void): void {
    check("visit", "function", visit);
    for (const pairs of listRuns(this.#memory)) {
      for (let i = 0; i < pairs.length; i += 2) visit(pairs[i]!, pairs[i + 1]!);
    }
  }

  /** The maximal runs of the set in ascending order, as [first, frames] pairs. */
  allRuns(): Uint32Array {
    return allRuns(this.#memory);
  }

  /** The host pages that are wholly in the set, in ascending order, as [first, frames] pairs. */
  allHostPages(): Uint32Array {
    const runs = this.allRuns();
    return this.hostPageFrames === 1 ? runs : wholePages(new Runs(runs), this.hostPageFrames).toArray();
  }

  /** The PFNs of the set in ascending order: 4 bytes for each frame. */
  toArray(): Uint32Array {
    const pfns = new Uint32Array(this.count);
    let at = 0;
    this.forEachRun((first, frames) => {
      for (let i = 0; i < frames; i++) pfns[at++] = first + i;
    });
    return pfns;
  }

  /** Yields the PFNs of the set in ascending order. The set may change meanwhile: see {@link PageSet.forEachRun}. */
  *[Symbol.iterator](): Generator<number, void> {
    for (const pairs of listRuns(this.#memory)) {
      for (const [first, frames] of new Runs(pairs)) {
        for (let i = 0; i < frames; i++) yield first + i;
      }
    }
  }

  /** How Node's `console.log` shows it. */
  #text(): string {
    const { name } = this.constructor;
    if (this.#memory.disposed) return `${name} { disposed }`;
    const count = `${this.count} of ${this.frames} frames`;
    return this.count === 0 ? `${name} { ${count} }` : `${name} { ${count}: ${listOf(runsIn(this))} }`;
  }
}
