import { PageTracker, Runs } from "../../tracker/index.ts";

/**
 * The page set, and the change that a batch is making to it while host code runs. A state that is saved in that moment
 * must be the state before the batch.
 */
export class Ballooned {
  readonly tracker: PageTracker;
  /** What the batch at hand has changed, as long as the host is being called for it. */
  #changes: "added" | "removed" | "nothing" = "nothing";
  #changed: Runs = new Runs();

  constructor(tracker: PageTracker) {
    this.tracker = tracker;
  }

  /** Whether host pages are frames: then the tracker's runs are exactly the frames that changed. */
  get inFrames(): boolean {
    return this.tracker.hostPageFrames === 1;
  }

  /** Host code runs from now on. `runs` are exactly the frames that changed. */
  begin(changes: "added" | "removed", runs: Runs): void {
    this.#changes = changes;
    this.#changed = runs;
  }

  /** Host code has run. Returns false if it reset the device meanwhile: the batch then ends without effect. */
  finish(): boolean {
    const stands = this.#changes !== "nothing";
    this.#changes = "nothing";
    return stands;
  }

  /** Puts runs into the set. */
  add(runs: Runs): void {
    this.tracker.inflateRuns(runs.toArray());
  }

  /** Takes runs out of the set; returns the host pages that are the guest's again. */
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

  /** The host pages that are wholly in the set. */
  hostPages(): Runs {
    return new Runs(this.tracker.allHostPages());
  }

  /** The set, as [first, frames] pairs: in the middle of a batch, as it was before. */
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
