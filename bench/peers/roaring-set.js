/** Compressed bitmaps, which take a whole batch at once. Theirs is `Bitmap`, of the addon or of its Wasm sibling. */
export class RoaringSet {
  constructor(Bitmap, frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new Bitmap();
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const before = this.set.size;
    this.set.addMany(this.#inRange(pfns));
    return this.set.size - before;
  }

  deflate(pfns) {
    const before = this.set.size;
    this.set.removeMany(this.#inRange(pfns));
    return before - this.set.size;
  }

  #inRange(pfns) {
    const { frames } = this;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) if (pfns[i] >= frames) this.outOfRange++;
    return this.outOfRange === 0 ? pfns : pfns.filter((pfn) => pfn < frames);
  }
}
