import { joinFrames } from "./sort-and-join.js";

/** Frames of a 64 KiB host page. */
const GROUP = 16;
const WHOLE = 0xffff;

/**
 * Host pages that a batch makes wholly free, or no longer so, in the fastest JavaScript: one word of 16 bits for each,
 * so that one comparison says whether it is whole. Few are, so sorting them costs little.
 */
export class HostGroups {
  constructor(frames, mostPfns = 65536) {
    this.frames = frames;
    this.groups = new Uint16Array(Math.ceil(frames / GROUP));
    /** The host pages of the last batch, in frames: `length` runs as [first, frames] pairs. */
    this.pairs = new Uint32Array(2 * mostPfns);
    this.length = 0;
    this.outOfRange = 0;
    this.scratch = new Uint32Array(mostPfns);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { groups, frames, scratch } = this;
    let were = 0;
    let whole = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) {
        this.outOfRange++;
        continue;
      }
      const before = groups[pfn >>> 4];
      const after = before | (1 << (pfn & 15));
      groups[pfn >>> 4] = after;
      were += (before >>> (pfn & 15)) & 1;
      if (after === WHOLE && before !== WHOLE) scratch[whole++] = pfn & ~15;
    }
    this.#join(whole);
    return pfns.length - this.outOfRange - were;
  }

  deflate(pfns) {
    const { groups, frames, scratch } = this;
    let changed = 0;
    let whole = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) {
        this.outOfRange++;
        continue;
      }
      const before = groups[pfn >>> 4];
      groups[pfn >>> 4] = before & ~(1 << (pfn & 15));
      changed += (before >>> (pfn & 15)) & 1;
      if (before === WHOLE) scratch[whole++] = pfn & ~15;
    }
    this.#join(whole);
    return changed;
  }

  /** The runs of the last batch as [first, frames] pairs. */
  runs() {
    return this.pairs.slice(0, 2 * this.length);
  }

  #join(whole) {
    const { scratch } = this;
    this.length = joinFrames(
      whole < 2 ? scratch.subarray(0, whole) : scratch.subarray(0, whole).sort(),
      GROUP,
      this.pairs,
    );
  }
}
