import { wordsOf } from "../../memory/index.ts";
import type { GuestMemory, RamFrames, WordSource } from "../../memory/index.ts";
import type { PageTracker } from "../../tracker/index.ts";
import { MAX_BATCH } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { BatchFault } from "../guest-faults.ts";

const PFN_BYTES = 4;
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

  /** The fault of a chain as an array of PFNs, if any. */
  fault(chain: DescriptorChain): BatchFault | undefined {
    const bytes = chain.readableBytes;
    if (bytes === 0) return chain.writableBytes > 0 ? "write-only" : "empty";
    if (bytes % PFN_BYTES !== 0) return "odd-length";
    return bytes > MAX_BATCH * PFN_BYTES ? "oversized" : undefined;
  }

  /**
   * The largest number of PFNs in a valid batch with this many device-readable bytes; 0 if such a batch is not valid.
   */
  pfnsIn(readableBytes: number): number {
    return readableBytes > MAX_BATCH * PFN_BYTES ? 0 : readableBytes >>> 2;
  }

  /**
   * Stages the PFNs of a valid chain. A PFN may lie across two buffers. PFNs in holes of guest memory become PFNs beyond
   * its end. Returns the number of PFNs.
   */
  stage(chain: DescriptorChain): number {
    const pfns = this.#stage(chain);
    if (this.#ram.hasHoles) this.#ram.maskHoles(this.#tracker.stagingWords(pfns), pfns);
    return pfns;
  }

  #stage(chain: DescriptorChain): number {
    const bytes = chain.readableBytes;
    const words = bytes / PFN_BYTES;
    const few = words <= FEW_WORDS && chain.readable === 1;
    const pfns = few ? this.#copyFew(chain.address(0), words) : this.#copyMany(chain, bytes);
    // The second word nearly always decides.
    return words % 2 !== 0 || pfns[1] !== 0 ? words : this.#narrowed(pfns, words);
  }

  #copyFew(address: number, words: number): Uint32Array {
    const pfns = this.#tracker.stagingWords(words);
    const ram = this.#source.words();
    for (let i = 0; i < words; i++) pfns[i] = ram.getUint32(address + PFN_BYTES * i, true);
    return pfns;
  }

  #copyMany(chain: DescriptorChain, bytes: number): Uint32Array {
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
