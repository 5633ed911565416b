/**
 * The best plain bitmap JavaScript has for contiguous PFNs: finds runs that step by one, four PFNs per comparison,
 * and applies each to whole words.
 */
export class RunDetectingBitmap {
  constructor(frames) {
    this.frames = frames;
    this.words = new Int32Array(Math.ceil(frames / 32));
    this.outOfRange = 0;
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    return this.#batch(pfns, -1);
  }

  deflate(pfns) {
    return this.#batch(pfns, 0);
  }

  /** `flip` is -1 to set and 0 to clear: (word ^ flip) & mask are the bits that change. */
  #batch(pfns, flip) {
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length;) {
      const end = runEnd(pfns, i);
      if (end === i + 1) {
        changed += this.#single(pfns[i++], flip);
        continue;
      }
      const first = Math.min(pfns[i], pfns[end - 1]);
      const last = Math.max(pfns[i], pfns[end - 1]);
      // The comparisons are of 32 bits, so a run may go past 2^32 and on from 0.
      if (last < this.frames && last - first < end - i) changed += this.#run(first, end - i, flip);
      else for (let k = i; k < end; k++) changed += this.#single(pfns[k], flip);
      i = end;
    }
    return changed;
  }

  #single(pfn, flip) {
    if (pfn >= this.frames) return this.#reject();
    const word = this.words[pfn >>> 5];
    const changed = (word ^ flip) & (1 << pfn);
    this.words[pfn >>> 5] = word ^ changed;
    return changed === 0 ? 0 : 1;
  }

  #reject() {
    this.outOfRange++;
    return 0;
  }

  #run(first, frames, flip) {
    const last = first + frames - 1;
    const end = last >>> 5;
    let at = first >>> 5;
    if (at === end) return this.#word(at, (-1 << first) & (-1 >>> (31 - (last & 31))), flip);
    let changed = this.#word(at, -1 << first, flip);
    for (at++; at < end; at++) changed += this.#word(at, -1, flip);
    return changed + this.#word(end, -1 >>> (31 - (last & 31)), flip);
  }

  #word(at, mask, flip) {
    const word = this.words[at];
    const changed = (word ^ flip) & mask;
    this.words[at] = word ^ changed;
    return popcount(changed);
  }
}

/** The index after the run that begins at index `i`. */
export function runEnd(pfns, i) {
  let end = i + 1;
  if (end === pfns.length) return end;
  const step = pfns[end] - pfns[i];
  if (step !== 1 && step !== -1) return end;
  let next = pfns[i] + step;
  while (
    end + 4 <= pfns.length &&
    ((pfns[end] ^ next) |
      (pfns[end + 1] ^ (next + step)) |
      (pfns[end + 2] ^ (next + 2 * step)) |
      (pfns[end + 3] ^ (next + 3 * step))) ===
      0
  ) {
    end += 4;
    next += 4 * step;
  }
  for (; end < pfns.length && pfns[end] === next; end++) next += step;
  return end;
}

export function popcount(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
