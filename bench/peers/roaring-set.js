/** Compressed bitmaps, which take a whole batch at once. Theirs is `Bitmap`, of the addon or of its Wasm sibling. */
export class RoaringSet {
  constructor(Bitmap, frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.Bitmap = Bitmap;
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

  /** Sets [first, end); returns how many frames that changed. */
  inflateRange(first, end) {
    const before = this.set.rangeCardinality(first, end);
    this.set.addRange(first, end);
    return end - first - before;
  }

  deflateRange(first, end) {
    const before = this.set.rangeCardinality(first, end);
    this.set.removeRange(first, end);
    return before;
  }

  setRange(first, end) {
    this.set.addRange(first, end);
  }

  clearRange(first, end) {
    this.set.removeRange(first, end);
  }

  population() {
    return this.set.rangeCardinality(0, this.frames);
  }

  /** Ascending. All at once is the fastest way out. */
  listFrames() {
    return this.set.toUint32Array();
  }

  encode() {
    return this.set.serialize("portable");
  }

  decode(bytes) {
    this.set = this.Bitmap.deserialize(bytes, "portable");
  }

  #inRange(pfns) {
    const { frames } = this;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) if (pfns[i] >= frames) this.outOfRange++;
    return this.outOfRange === 0 ? pfns : pfns.filter((pfn) => pfn < frames);
  }

  has(pfn) {
    return this.set.has(pfn);
  }
}
