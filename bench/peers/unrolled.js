/**
 * The best plain bitmap JavaScript has for scattered PFNs: Int32Array words, no branch on the old bit, four PFNs per
 * iteration because V8 keeps map checks and base loads inside the loop.
 */
export class UnrolledBitmap {
  constructor(frames) {
    this.frames = frames;
    this.words = new Int32Array(Math.ceil(frames / 32));
    this.outOfRange = 0;
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    const { words, frames } = this;
    const end = pfns.length - 3;
    let were = 0;
    let i = 0;
    this.outOfRange = 0;
    for (; i < end; i += 4) {
      const a = pfns[i];
      const b = pfns[i + 1];
      const c = pfns[i + 2];
      const d = pfns[i + 3];
      were += a < frames ? set(words, a) : this.#reject();
      were += b < frames ? set(words, b) : this.#reject();
      were += c < frames ? set(words, c) : this.#reject();
      were += d < frames ? set(words, d) : this.#reject();
    }
    for (; i < pfns.length; i++) were += pfns[i] < frames ? set(words, pfns[i]) : this.#reject();
    return pfns.length - this.outOfRange - were;
  }

  deflate(pfns) {
    const { words, frames } = this;
    const end = pfns.length - 3;
    let were = 0;
    let i = 0;
    this.outOfRange = 0;
    for (; i < end; i += 4) {
      const a = pfns[i];
      const b = pfns[i + 1];
      const c = pfns[i + 2];
      const d = pfns[i + 3];
      were += a < frames ? clear(words, a) : this.#reject();
      were += b < frames ? clear(words, b) : this.#reject();
      were += c < frames ? clear(words, c) : this.#reject();
      were += d < frames ? clear(words, d) : this.#reject();
    }
    for (; i < pfns.length; i++) were += pfns[i] < frames ? clear(words, pfns[i]) : this.#reject();
    return were;
  }

  #reject() {
    this.outOfRange++;
    return 0;
  }
}

/** Sets a bit; returns what it was. */
function set(words, pfn) {
  const word = words[pfn >>> 5];
  words[pfn >>> 5] = word | (1 << pfn);
  return (word >>> pfn) & 1;
}

function clear(words, pfn) {
  const word = words[pfn >>> 5];
  words[pfn >>> 5] = word & ~(1 << pfn);
  return (word >>> pfn) & 1;
}
