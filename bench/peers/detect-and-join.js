import { popcount, runEnd } from "./run-detecting.js";

/**
 * The changed frames of a batch as ascending runs, in the fastest JavaScript for PFNs that come in runs: a run goes to
 * the list as it was found, unless some of its frames had changed before, and only runs are sorted.
 */
export class DetectAndJoin {
  constructor(frames, mostPfns = 65536) {
    this.frames = frames;
    this.words = new Int32Array(Math.ceil(frames / 32));
    this.outOfRange = 0;
    /** What the last batch changed: `length` runs as [first, frames] pairs. */
    this.pairs = new Uint32Array(2 * mostPfns);
    this.length = 0;
    this.keys = new Float64Array(mostPfns);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    return this.#batch(pfns, -1);
  }

  deflate(pfns) {
    return this.#batch(pfns, 0);
  }

  /** The runs of the last batch as [first, frames] pairs. */
  runs() {
    return this.pairs.slice(0, 2 * this.length);
  }

  /** `flip` is -1 to set and 0 to clear: (word ^ flip) & mask are the bits that change. */
  #batch(pfns, flip) {
    let changed = 0;
    this.outOfRange = 0;
    this.length = 0;
    for (let i = 0; i < pfns.length;) {
      const end = runEnd(pfns, i);
      const first = Math.min(pfns[i], pfns[end - 1]);
      const last = Math.max(pfns[i], pfns[end - 1]);
      // The comparisons are of 32 bits, so a run may go past 2^32 and on from 0.
      if (last < this.frames && last - first < end - i) changed += this.#run(first, end - i, flip);
      else for (let k = i; k < end; k++) changed += this.#checked(pfns[k], flip);
      i = end;
    }
    if (this.length > 1) this.#arrange();
    return changed;
  }

  #checked(pfn, flip) {
    if (pfn < this.frames) return this.#run(pfn, 1, flip);
    this.outOfRange++;
    return 0;
  }

  #run(first, frames, flip) {
    const since = this.length;
    const last = first + frames - 1;
    const end = last >>> 5;
    let at = first >>> 5;
    let changed = 0;
    let mask = -1 << first;
    for (; at < end; at++) {
      changed += this.#word(at, mask, flip);
      mask = -1;
    }
    changed += this.#word(end, mask & (-1 >>> (31 - (last & 31))), flip);
    if (changed === frames) {
      this.length = since;
      this.#emit(first, frames);
    }
    return changed;
  }

  #word(at, mask, flip) {
    const word = this.words[at];
    let changed = (word ^ flip) & mask;
    this.words[at] = word ^ changed;
    const count = popcount(changed);
    while (changed !== 0) {
      const first = 31 - Math.clz32(changed & -changed);
      const frames = Math.min(32 - first, 31 - Math.clz32(~(changed >>> first) & -~(changed >>> first)));
      this.#emit(32 * at + first, frames);
      changed &= first + frames === 32 ? 0 : -1 << (first + frames);
    }
    return count;
  }

  #emit(first, frames) {
    this.pairs[2 * this.length] = first;
    this.pairs[2 * this.length + 1] = frames;
    this.length++;
  }

  /** A guest that inflates sends its runs downward. */
  #arrange() {
    const { pairs, length } = this;
    if (pairs[0] > pairs[2]) reverse(pairs, length);
    if (!ascends(pairs, length)) this.#sort();
    this.#join();
  }

  /** By native code, as numbers of 52 bits with the first frame on top. */
  #sort() {
    const { pairs, length } = this;
    const keys = this.keys.subarray(0, length);
    for (let i = 0; i < length; i++) keys[i] = pairs[2 * i] * 2 ** 20 + pairs[2 * i + 1];
    keys.sort();
    for (let i = 0; i < length; i++) {
      const first = Math.floor(keys[i] / 2 ** 20);
      pairs[2 * i] = first;
      pairs[2 * i + 1] = keys[i] - first * 2 ** 20;
    }
  }

  #join() {
    const { pairs, length } = this;
    let joined = 0;
    for (let i = 1; i < length; i++) {
      if (pairs[2 * joined] + pairs[2 * joined + 1] === pairs[2 * i])
        pairs[2 * joined + 1] += pairs[2 * i + 1];
      else {
        joined++;
        pairs[2 * joined] = pairs[2 * i];
        pairs[2 * joined + 1] = pairs[2 * i + 1];
      }
    }
    this.length = joined + 1;
  }
}

function reverse(pairs, length) {
  for (let i = 0, j = length - 1; i < j; i++, j--) {
    for (const half of [0, 1]) {
      const kept = pairs[2 * i + half];
      pairs[2 * i + half] = pairs[2 * j + half];
      pairs[2 * j + half] = kept;
    }
  }
}

function ascends(pairs, length) {
  for (let i = 1; i < length; i++) if (pairs[2 * i] < pairs[2 * i - 2]) return false;
  return true;
}
