import { TypedFastBitSet } from "typedfastbitset";

/** fastbitset over a Uint32Array. */
export class TypedFastBitSetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new TypedFastBitSet();
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

  /** Sets [first, end) and does not say what it changed. */
  setRange(first, end) {
    this.set.addRange(first, end);
  }

  clearRange(first, end) {
    this.set.removeRange(first, end);
  }

  /** Counts them. */
  population() {
    return this.set.size();
  }

  eachFrame(visit) {
    this.set.forEach(visit);
  }

  encode() {
    return this.set.words.slice();
  }

  decode(words) {
    this.set = TypedFastBitSet.fromWords(words.slice());
  }

  has(pfn) {
    return this.set.has(pfn);
  }
}
