import { PageTracker } from "../../dist/entries/index.js";

/** PageTracker as a user calls it, which copies each batch in. */
export class TrackerPeer {
  constructor(frames) {
    this.tracker = new PageTracker(frames);
    this.outOfRange = 0;
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { changed, outOfRange } = this.tracker.inflate(pfns);
    this.outOfRange = outOfRange;
    return changed;
  }

  deflate(pfns) {
    const { changed, outOfRange } = this.tracker.deflate(pfns);
    this.outOfRange = outOfRange;
    return changed;
  }
}
