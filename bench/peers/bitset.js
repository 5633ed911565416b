import BitSet from "bitset";

/** An Array of words. */
export class BitSetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new BitSet();
    this.set.set(frames - 1, 1).set(frames - 1, 0); // as large as it gets
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { set, frames } = this;
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) this.outOfRange++;
      else if (!set.get(pfn)) {
        set.set(pfn, 1);
        changed++;
      }
    }
    return changed;
  }

  deflate(pfns) {
    const { set, frames } = this;
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) this.outOfRange++;
      else if (set.get(pfn)) {
        set.set(pfn, 0);
        changed++;
      }
    }
    return changed;
  }

  // Its setRange leaves out the last word of a range that ends with one.

  population() {
    return this.set.cardinality();
  }

  has(pfn) {
    return this.set.get(pfn) === 1;
  }
}
