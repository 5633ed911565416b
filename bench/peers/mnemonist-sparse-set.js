import { SparseSet } from "mnemonist";

/** Two numbers a frame instead of one bit. */
export class MnemonistSparseSetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new SparseSet(frames);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { set, frames } = this;
    const before = set.size;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      if (pfns[i] >= frames) this.outOfRange++;
      else set.add(pfns[i]);
    }
    return set.size - before;
  }

  deflate(pfns) {
    const { set, frames } = this;
    const before = set.size;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      if (pfns[i] >= frames) this.outOfRange++;
      else set.delete(pfns[i]);
    }
    return before - set.size;
  }
}
