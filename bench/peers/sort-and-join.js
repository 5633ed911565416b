/**
 * The changed frames of a batch as ascending runs, the way JavaScript does it best when nothing is known about the
 * order: collect what changes without a branch, sort natively, join neighbours.
 */
export class SortAndJoin {
  constructor(frames, mostPfns = 65536) {
    this.frames = frames;
    this.words = new Int32Array(Math.ceil(frames / 32));
    /** What the last batch changed: `length` runs as [first, frames] pairs. */
    this.pairs = new Uint32Array(2 * mostPfns);
    this.length = 0;
    this.outOfRange = 0;
    this.scratch = new Uint32Array(mostPfns + 1);
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { words, frames, scratch } = this;
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) {
        this.outOfRange++;
        continue;
      }
      const word = words[pfn >>> 5];
      words[pfn >>> 5] = word | (1 << pfn);
      scratch[changed] = pfn;
      changed += (~word >>> pfn) & 1;
    }
    this.#join(changed);
    return changed;
  }

  deflate(pfns) {
    const { words, frames, scratch } = this;
    let changed = 0;
    this.outOfRange = 0;
    for (let i = 0; i < pfns.length; i++) {
      const pfn = pfns[i];
      if (pfn >= frames) {
        this.outOfRange++;
        continue;
      }
      const word = words[pfn >>> 5];
      words[pfn >>> 5] = word & ~(1 << pfn);
      scratch[changed] = pfn;
      changed += (word >>> pfn) & 1;
    }
    this.#join(changed);
    return changed;
  }

  /** The runs of the last batch as [first, frames] pairs. */
  runs() {
    return this.pairs.slice(0, 2 * this.length);
  }

  #join(changed) {
    this.length = joinFrames(this.scratch.subarray(0, changed).sort(), 1, this.pairs);
  }
}

/** Writes the runs of ascending multiples of `step` to `pairs`, in frames; returns how many there are. */
export function joinFrames(sorted, step, pairs) {
  let length = 0;
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i];
    let end = first + step;
    for (i++; i < sorted.length && sorted[i] === end; i++) end += step;
    pairs[2 * length] = first;
    pairs[2 * length + 1] = end - first;
    length++;
  }
  return length;
}
