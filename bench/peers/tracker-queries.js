import { PageTracker } from "../../dist/entries/index.js";

/** PageTracker by what the peers of npm call the same. Its memory has grown to what the largest frame needs. */
export class TrackerQueries {
  constructor(frames) {
    this.tracker = new PageTracker(frames);
    this.inflateRange(frames - 1, frames);
    this.deflateRange(frames - 1, frames);
  }

  /** Adds [first, end); returns how many frames that changed. */
  inflateRange(first, end) {
    return this.tracker.inflateRange(first, end - first);
  }

  deflateRange(first, end) {
    return this.tracker.deflateRange(first, end - first);
  }

  /** Counts them, although it knows. */
  population() {
    return this.tracker.countRange(0, this.tracker.frames);
  }

  eachRun(visit) {
    this.tracker.forEachRun(visit);
  }

  encode() {
    return this.tracker.allRuns();
  }

  decode(pairs) {
    this.tracker.clear();
    this.tracker.inflateRuns(pairs);
  }

  has(pfn) {
    return this.tracker.has(pfn);
  }
}
