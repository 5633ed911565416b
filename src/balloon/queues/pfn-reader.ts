import type { GuestMemory, RamFrames } from "../../memory/index.ts";
import type { PageTracker } from "../../tracker/index.ts";
import { MAX_BATCH } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { BatchFault } from "../guest-faults.ts";

const PFN_BYTES = 4;

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
  readonly #ram: RamFrames;
  readonly #tracker: PageTracker;

  constructor(memory: GuestMemory, ram: RamFrames, tracker: PageTracker) {
    this.#memory = memory;
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
    if (this.#ram.hasHoles) this.#ram.maskHoles(wordsOf(this.#tracker.staging(PFN_BYTES * pfns)));
    return pfns;
  }

  #stage(chain: DescriptorChain): number {
    const staging = this.#copy(chain);
    const words = staging.length / PFN_BYTES;
    // The second word nearly always decides. Making the view costs more than this test.
    if (words % 2 !== 0 || (staging[4]! | staging[5]! | staging[6]! | staging[7]!) !== 0) return words;
    return this.#narrowed(wordsOf(staging));
  }

  #copy(chain: DescriptorChain): Uint8Array {
    const staging = this.#tracker.staging(chain.readableBytes);
    if (chain.readable === 1) this.#memory.copyOut(chain.address(0), staging);
    else chain.copyReadable(this.#memory, staging);
    return staging;
  }

  #narrowed(words: Uint32Array): number {
    for (let i = 1; i < words.length; i += 2) if (words[i] !== 0) return words.length;
    for (let i = 1; 2 * i < words.length; i++) words[i] = words[2 * i]!;
    this.pfnBytes = 8;
    return words.length / 2;
  }
}

function wordsOf(staging: Uint8Array): Uint32Array {
  return new Uint32Array(staging.buffer, staging.byteOffset, staging.length / PFN_BYTES);
}
