import type { PageTracker } from "../../tracker/index.ts";
import { MAX_BATCH } from "../../tracker/index.ts";
import type { DescriptorChain, GuestMemory } from "../../virtio/index.ts";
import type { BatchFault } from "../guest-faults.ts";

const PFN_BYTES = 4;

/**
 * Reads chains as arrays of le32 PFNs (VIRTIO 1.3 §5.5.6) into the tracker's staging area.
 *
 * The Windows driver on x64 sends its 8-byte PFNs as they are, so that every second word is 0. Such a batch is told
 * from 4-byte PFNs by a rule, not a guess: an even number of words of which every second one is 0. A driver of 4-byte
 * PFNs cannot send that, since it would give frame 0 twice in one batch, or frame 0 — the real-mode vectors, which no
 * PC operating system gives away — as every second of two.
 */
export class PfnReader {
  /** Size of a PFN as the driver sends them: 8 once a batch has shown it. */
  pfnBytes: 4 | 8 = 4;
  readonly #memory: GuestMemory;
  readonly #tracker: PageTracker;
  /** Guest memory where the last batch of one buffer was. */
  #last: Uint8Array = new Uint8Array(0);

  constructor(memory: GuestMemory, tracker: PageTracker) {
    this.#memory = memory;
    this.#tracker = tracker;
  }

  /** Guest memory is in another buffer. A view of the last one, even if it has ended, may keep all of its memory. */
  memoryMoved(): void {
    this.#last = new Uint8Array(0);
  }

  /** What is wrong with a chain as an array of PFNs, if anything. */
  fault(chain: DescriptorChain): BatchFault | undefined {
    const bytes = chain.readableBytes;
    if (bytes === 0) return chain.writableBytes > 0 ? "write-only" : "empty";
    if (bytes % PFN_BYTES !== 0) return "odd-length";
    return bytes > MAX_BATCH * PFN_BYTES ? "oversized" : undefined;
  }

  /** Most PFNs that a chain of so many device-readable bytes makes a good batch of; 0 when it makes none. */
  pfnsIn(readableBytes: number): number {
    return readableBytes > MAX_BATCH * PFN_BYTES ? 0 : readableBytes >>> 2;
  }

  /** Stages a good chain's PFNs; one may lie across two buffers. Returns their number. */
  stage(chain: DescriptorChain): number {
    const staging = this.#copy(chain);
    const words = staging.length / PFN_BYTES;
    // The second word decides nearly always; the view costs more than the test.
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

  /** Page migration sends PFNs one by one, and a copy by `set` takes ten times as long. */
  #copyOne(address: number, staging: Uint8Array): void {
    const { bytes } = this.#memory;
    for (let i = 0; i < PFN_BYTES; i++) staging[i] = bytes[address + i]!;
  }

  /** Drivers send every batch from the same array (Linux: `vb->pfns`), and making a view takes longer than copying. */
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
