import type { PageTracker } from "../../tracker/index.ts";
import { MAX_BATCH } from "../../tracker/index.ts";
import type { DescriptorChain, GuestMemory } from "../../virtio/index.ts";
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
  readonly #tracker: PageTracker;
  /** View of guest memory at the place of the last batch that was in one buffer. */
  #last: Uint8Array = new Uint8Array(0);

  constructor(memory: GuestMemory, tracker: PageTracker) {
    this.#memory = memory;
    this.#tracker = tracker;
  }

  /**
   * Guest memory has moved to another buffer. The old view must go: even a detached view may keep all of its memory
   * alive.
   */
  memoryMoved(): void {
    this.#last = new Uint8Array(0);
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

  /** Stages the PFNs of a valid chain. A PFN may lie across two buffers. Returns the number of PFNs. */
  stage(chain: DescriptorChain): number {
    const staging = this.#copy(chain);
    const words = staging.length / PFN_BYTES;
    // The second word nearly always decides. Making the view costs more than this test.
    if (words % 2 !== 0 || (staging[4]! | staging[5]! | staging[6]! | staging[7]!) !== 0) return words;
    return this.#narrowed(new Uint32Array(staging.buffer, staging.byteOffset, words));
  }

  #copy(chain: DescriptorChain): Uint8Array {
    const staging = this.#tracker.staging(chain.readableBytes);
    if (chain.readable === 1 && staging.length === PFN_BYTES) this.#copyOne(chain.address(0), staging);
    else if (chain.readable === 1) staging.set(this.#view(chain.address(0), chain.bytes(0)));
    else chain.copyReadable(this.#memory.bytes, staging);
    return staging;
  }

  /**
   * Copies one PFN byte by byte. Page migration sends PFNs one by one, and a copy with `set` takes ten times as long.
   */
  #copyOne(address: number, staging: Uint8Array): void {
    const { bytes } = this.#memory;
    for (let i = 0; i < PFN_BYTES; i++) staging[i] = bytes[address + i]!;
  }

  /**
   * Returns a cached view. Drivers send every batch from the same array (Linux: `vb->pfns`), and making a view takes
   * longer than copying.
   */
  #view(address: number, bytes: number): Uint8Array {
    const memory = this.#memory.bytes;
    const view = this.#last;
    if (
      view.byteOffset !== memory.byteOffset + address ||
      view.length !== bytes ||
      view.buffer !== memory.buffer
    ) {
      this.#last = memory.subarray(address, address + bytes);
    }
    return this.#last;
  }

  #narrowed(words: Uint32Array): number {
    for (let i = 1; i < words.length; i += 2) if (words[i] !== 0) return words.length;
    for (let i = 1; 2 * i < words.length; i++) words[i] = words[2 * i]!;
    this.pfnBytes = 8;
    return words.length / 2;
  }
}
