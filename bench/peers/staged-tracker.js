import { PageTracker } from "../../dist/entries/index.js";

/** PageTracker as the device uses it: PFNs are copied to the staging area as bytes, and each batch leaves its runs. */
export class StagedTracker {
  /** @param {{ hostPageFrames?: number }} [options] */
  constructor(frames, options) {
    this.tracker = new PageTracker(frames, options);
    this.outOfRange = 0;
  }

  stage(bytes) {
    const staging = this.tracker.staging(bytes.length);
    if (bytes.length === 4) for (let i = 0; i < 4; i++) staging[i] = bytes[i];
    else staging.set(bytes);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    this.stage(bytesOf(pfns));
    return this.#result(this.tracker.inflateStaged(pfns.length));
  }

  deflate(pfns) {
    this.stage(bytesOf(pfns));
    return this.#result(this.tracker.deflateStaged(pfns.length));
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
