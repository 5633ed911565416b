import BitSet from "fast-bitset";

/** Words of 31 bits, so it divides by 31. */
export class FastBitsetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new BitSet(frames);
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
        set.set(pfn);
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
        set.unset(pfn);
        changed++;
      }
    }
    return changed;
  }

  /** Sets [first, end) and does not say what it changed. */
  setRange(first, end) {
    this.set.setRange(first, end - 1);
  }

  clearRange(first, end) {
    this.set.unsetRange(first, end - 1);
  }

  /** Counts them. */
  population() {
    return this.set.getCardinality();
  }

  eachFrame(visit) {
    this.set.forEach(visit);
  }

  has(pfn) {
    return this.set.get(pfn);
  }
}
