import { BitSet } from "mnemonist";

/** Keeps its size as it goes, which says what a batch changed. */
export class MnemonistBitSetPeer {
  constructor(frames) {
    this.frames = frames;
    this.outOfRange = 0;
    this.set = new BitSet(frames);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { set, frames } = this;
    const before = set.size;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      if (pfns[i] >= frames) this.outOfRange++;
      else set.set(pfns[i]);
    }
    return set.size - before;
  }

  deflate(pfns) {
    const { set, frames } = this;
    const before = set.size;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      if (pfns[i] >= frames) this.outOfRange++;
      else set.reset(pfns[i]);
    }
    return before - set.size;
  }
}
