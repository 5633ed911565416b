import FastBitSet from "fastbitset";

/** Its add says whether the bit is new; its remove does not say. It grows to whatever PFN it is given. */
export class FastBitSetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new FastBitSet();
    this.set.resize(frames);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { set, frames } = this;
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) this.outOfRange++;
      else changed += set.checkedAdd(pfn);
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
      else if (set.has(pfn)) {
        set.remove(pfn);
        changed++;
      }
    }
    return changed;
  }

  /** Counts them. */
  population() {
    return this.set.size();
  }

  eachFrame(visit) {
    this.set.forEach(visit);
  }

  has(pfn) {
    return this.set.has(pfn);
  }
}
