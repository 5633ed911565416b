import { wordsOf } from "../../memory/index.ts";
import type { GuestMemory, RamFrames, WordSource } from "../../memory/index.ts";
import type { PageTracker } from "../../tracker/index.ts";
import { MAX_BATCH } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";

const PFN_BYTES = 4;
const MAX_BYTES = MAX_BATCH * PFN_BYTES;
/** Up to this many PFNs, reading them one by one is faster than a copy, for which a view must be made. */
const FEW_WORDS = 32;

/**
 * Reads chains as arrays of le32 PFNs (VIRTIO 1.3 §5.5.6) into the tracker's staging area.
 *
 * The Windows driver on x64 sends its PFNs as 8 bytes, so every second word is 0. The reader recognises such a batch by
 * a rule, not by a guess: it has an even number of words, and every second word is 0. A driver with 4-byte PFNs cannot
 * send that. It would give frame 0 twice in one batch, or give frame 0 as the second of two PFNs; frame 0 has the
 * real-mode vectors, which no PC operating system gives away.
 */
export class PfnReader {
  /** Size in bytes of the PFNs that the driver sends. Becomes 8 once a batch has shown it. */
  pfnBytes: 4 | 8 = 4;
  readonly #memory: GuestMemory;
  readonly #source: WordSource;
  readonly #ram: RamFrames;
  readonly #tracker: PageTracker;

  constructor(memory: GuestMemory, ram: RamFrames, tracker: PageTracker) {
    this.#memory = memory;
    this.#source = wordsOf(memory);
    this.#ram = ram;
    this.#tracker = tracker;
  }

  /**
   * Stages the PFNs of a valid chain, which has `words` words. A PFN may lie across two buffers. PFNs in holes of guest
   * memory become PFNs beyond its end. Returns the number of PFNs.
   */
  stage(chain: DescriptorChain, words: number): number {
    const few = words <= FEW_WORDS && chain.readable === 1;
    const staged = few ? this.#copyFew(chain.address(0), words) : this.#copyMany(chain);
    // The second word nearly always decides.
    const pfns = (words & 1) !== 0 || staged[1] !== 0 ? words : this.#narrowed(staged, words);
    if (this.#ram.hasHoles) this.#ram.maskHoles(staged, pfns);
    return pfns;
  }

  #copyFew(address: number, words: number): Uint32Array {
    const pfns = this.#tracker.stagingWords(words);
    const ram = this.#source.words();
    for (let i = 0; i < words; i++) pfns[i] = ram.getUint32(address + PFN_BYTES * i, true);
    return pfns;
  }

  #copyMany(chain: DescriptorChain): Uint32Array {
    const bytes = chain.readableBytes;
    const staging = this.#tracker.staging(bytes);
    if (chain.readable === 1) this.#memory.copyOut(chain.address(0), staging);
    else chain.copyReadable(this.#memory, staging);
    return this.#tracker.stagingWords(bytes / PFN_BYTES);
  }

  #narrowed(pfns: Uint32Array, words: number): number {
    for (let i = 1; i < words; i += 2) if (pfns[i] !== 0) return words;
    for (let i = 1; 2 * i < words; i++) pfns[i] = pfns[2 * i]!;
    this.pfnBytes = 8;
    return words / 2;
  }
}

/** The number of PFNs in a batch with this many device-readable bytes; 0 if such a batch is not valid. */
export function pfnsIn(readableBytes: number): number {
  // Shifted, not divided: V8 would go on with a float.
  return readableBytes <= MAX_BYTES && (readableBytes & (PFN_BYTES - 1)) === 0 ? readableBytes >>> 2 : 0;
}
