import { PageTracker } from "../../dist/entries/index.js";

/** Up to this many PFNs the device copies word by word. */
const FEW_WORDS = 32;

/** PageTracker as the device uses it: PFNs are copied to the staging area, and each batch leaves its runs. */
export class StagedTracker {
  /** @param {{ hostPageFrames?: number }} [options] */
  constructor(frames, options) {
    this.tracker = new PageTracker(frames, options);
    this.outOfRange = 0;
    this.result = { changed: 0, redundant: 0, outOfRange: 0 };
  }

  /** @param bytes the same PFNs as bytes */
  stage(pfns, bytes) {
    if (pfns.length > FEW_WORDS) this.tracker.staging(bytes.length).set(bytes);
    else {
      const words = this.tracker.stagingWords(pfns.length);
      for (let i = 0; i < pfns.length; i++) words[i] = pfns[i];
    }
  }

  /** Returns how many frames changed. */
  inflate(pfns, bytes = bytesOf(pfns)) {
    this.stage(pfns, bytes);
    return this.#result(this.tracker.inflateStagedInto(this.result, pfns.length));
  }

  deflate(pfns, bytes = bytesOf(pfns)) {
    this.stage(pfns, bytes);
    return this.#result(this.tracker.deflateStagedInto(this.result, pfns.length));
  }

  /** The runs of the last batch as [first, frames] pairs. */
  runs() {
    return this.tracker.runs.toArray();
  }

  #result({ changed, outOfRange }) {
    this.outOfRange = outOfRange;
    return changed;
  }
}

/** PFNs as they stand in guest memory. */
export function bytesOf(pfns) {
  return new Uint8Array(pfns.buffer, pfns.byteOffset, pfns.byteLength);
}
