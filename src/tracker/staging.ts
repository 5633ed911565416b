import { checkAtMost } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { MAX_BATCH } from "./limits.ts";

const NO_BYTES = new Uint8Array(0);

/** The staging area, from which the engine reads PFNs. */
export class Staging {
  readonly #memory: EngineMemory;
  #bytes: Uint8Array = NO_BYTES;
  /** Stored apart from the view, whose length becomes 0 when the memory grows. */
  #length = 0;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** Returns the first `byteLength` bytes of the area. They count as staged from now on. */
  bytes(byteLength: number): Uint8Array {
    // Making a view takes as long as tracking a contiguous batch of 256 PFNs, and the next batch usually has the same
    // length. A view that growth or `dispose` has emptied also has length 0.
    if (byteLength !== this.#bytes.length || byteLength === 0) {
      const { bytes } = this.#memory.views;
      checkAtMost("byteLength", byteLength, 4 * MAX_BATCH);
      this.#bytes = bytes.subarray(0, byteLength);
    }
    this.#length = byteLength;
    return this.#bytes;
  }

  /** Returns the whole area as words. The first `pfns` count as staged from now on; the caller has checked them. */
  words(pfns: number): Uint32Array {
    this.#length = 4 * pfns;
    return this.#memory.views.pfns;
  }

  /** @throws TypeError or RangeError unless this many PFNs are staged */
  check(pfns: number): void {
    checkAtMost("pfns", pfns, this.#length >>> 2);
  }

  /** Stages words from index `at` on, as many as fit. Returns their number. Anything staged before is lost. */
  fill(words: Uint32Array, at: number): number {
    const part = at === 0 && words.length <= MAX_BATCH ? words : words.subarray(at, at + MAX_BATCH);
    this.#memory.views.pfns.set(part);
    this.#length = 0;
    return part.length;
  }

  /** Marks the area as empty. */
  forget(): void {
    this.#length = 0;
  }

  /** Drops the reference to the memory. */
  dispose(): void {
    this.#bytes = NO_BYTES;
    this.#length = 0;
  }
}
