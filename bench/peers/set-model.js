/** What accounting means, in the plainest words. Peers are held against it. */
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

  #batch(pfns, change) {
    const inRange = pfns.filter((pfn) => pfn < this.frames);
    this.outOfRange = pfns.length - inRange.length;
    return inRange.reduce((changed, pfn) => changed + (change(pfn) ? 1 : 0), 0);
  }
}
