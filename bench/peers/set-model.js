/** What accounting means, as simply as possible. Peers are compared with it. */
export class SetModel {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new Set();
  }

  inflate(pfns) {
    return this.#batch(pfns, (pfn) => !this.set.has(pfn) && this.set.add(pfn));
  }

  deflate(pfns) {
    return this.#batch(pfns, (pfn) => this.set.delete(pfn));
  }

  /** What the last batch changed, as [first, frames] pairs: frames, or the whole host pages that came or went. */
  runs(hostPageFrames = 1) {
    const pages = new Set([...this.changed].map((pfn) => pfn - (pfn % hostPageFrames)));
    const sorted = [...pages].filter((page) => this.#flipped(page, hostPageFrames)).sort((a, b) => a - b);
    const pairs = [];
    for (const page of sorted) {
      if (pairs.at(-2) + pairs.at(-1) === page) pairs[pairs.length - 1] += hostPageFrames;
      else pairs.push(page, hostPageFrames);
    }
    return pairs;
  }

  /** Whether all frames of the page are in the set now and were not before, or the other way round. */
  #flipped(page, hostPageFrames) {
    const frames = Array.from({ length: hostPageFrames }, (_, i) => page + i);
    const is = (frame) => this.set.has(frame);
    const was = (frame) => is(frame) !== this.changed.has(frame);
    return frames.every(is) !== frames.every(was);
  }

  #batch(pfns, change) {
    const inRange = [...pfns].filter((pfn) => pfn < this.frames);
    this.outOfRange = pfns.length - inRange.length;
    this.changed = new Set(inRange.filter(change));
    return this.changed.size;
  }
}
