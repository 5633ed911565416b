import { PageTracker, Runs } from "../../tracker/index.ts";

/**
 * The page set, and the change that the current batch makes to it while host code runs. A state that is saved during
 * that time must be the state before the batch.
 */
export class Ballooned {
  readonly tracker: PageTracker;
  /** Whether a host page is one frame. The tracker's runs are then exactly the frames that changed. */
  readonly inFrames: boolean;
  /** What the current batch has changed, while the host is being called. */
  #changes: "added" | "removed" | "nothing" = "nothing";
  #changed: Runs = new Runs();

  constructor(tracker: PageTracker) {
    this.tracker = tracker;
    this.inFrames = tracker.hostPageFrames === 1;
  }

  /** Call this before host code runs. `runs` are exactly the frames that changed. */
  begin(changes: "added" | "removed", runs: Runs): void {
    this.#changes = changes;
    this.#changed = runs;
  }

  /**
   * Call this after host code has run. Returns false if the host code reset the device; the batch then ends without
   * effect.
   */
  finish(): boolean {
    const stands = this.#changes !== "nothing";
    this.#changes = "nothing";
    return stands;
  }

  /** Adds runs to the set. */
  add(runs: Runs): void {
    this.tracker.inflateRuns(runs.toArray());
  }

  /** Removes runs from the set. Returns the host pages that the guest has again. */
  remove(runs: Runs): Runs {
    const pages = new Runs();
    for (let i = 0; i < runs.length; i++) {
      this.tracker.deflateRange(runs.first(i), runs.frames(i));
      for (const [first, frames] of this.tracker.runs) pages.push(first, frames);
    }
    return pages;
  }

  /** Empties the set. Returns the host pages that were in it. */
  clear(): Runs {
    const pages = this.hostPages();
    this.#changes = "nothing";
    this.tracker.clear();
    return pages;
  }

  /** The host pages that are completely in the set. */
  hostPages(): Runs {
    return new Runs(this.tracker.allHostPages());
  }

  /** The set as [first, frames] pairs. During a batch, this is the set before the batch. */
  savedRuns(): Uint32Array {
    if (this.#changes === "nothing") return this.tracker.allRuns();
    const before = new PageTracker(this.tracker.frames);
    before.inflateRuns(this.tracker.allRuns());
    for (let i = 0; i < this.#changed.length; i++) {
      const first = this.#changed.first(i);
      const frames = this.#changed.frames(i);
      if (this.#changes === "added") before.deflateRange(first, frames);
      else before.inflateRange(first, frames);
    }
    return before.allRuns();
  }
}
