import type { GuestMemory } from "../memory/index.ts";

/** Flags of struct virtq_desc, VIRTIO 1.3 §2.7.5. */
export const DescriptorFlag = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;

/** Size of struct virtq_desc in bytes. */
export const DESCRIPTOR_BYTES = 16;

/** What a driver can do wrong in one chain. Such a chain is returned with used length 0 and has no other effect. */
export type ChainFault =
  /** the chain has more descriptors than the table, so it has a loop */
  | "loop"
  /** `next` is not an index of the table */
  | "next-out-of-range"
  /** a buffer is not completely in guest memory */
  | "address-out-of-range"
  /** an indirect descriptor inside an indirect table, or with NEXT set (§2.7.5.3.1) */
  | "indirect-nested"
  /** an indirect table is empty, is not a whole number of descriptors, has too many, or is outside guest memory */
  | "indirect-table"
  /** INDIRECT was used without the feature (§2.7.5.3.1) */
  | "indirect-not-negotiated"
  /** a device-readable buffer follows a device-writable one (§2.7.4.2) */
  | "order"
  /** the buffers have more than 2^32 bytes in total (§2.7.5.2) */
  | "too-long";

/**
 * A popped descriptor chain as a flat list of buffers. Buffer `i` is [address(i), address(i) + bytes(i)); readable
 * buffers come first. A queue reuses one object, which is valid until the next pop.
 */
export class DescriptorChain {
  /** Index of the head descriptor, which goes into the used ring. */
  head = 0;
  fault: ChainFault | undefined;
  /** Number of buffers. */
  length = 0;
  /** Number of device-readable buffers. They come first. */
  readable = 0;
  /** Bytes in the device-readable buffers. */
  readableBytes = 0;
  /** Bytes in the device-writable buffers. */
  writableBytes = 0;
  readonly #addresses: number[] = [];
  readonly #lengths: number[] = [];

  /** Guest physical address of buffer `i`. */
  address(i: number): number {
    return this.#addresses[i]!;
  }

  /** Length of buffer `i` in bytes. */
  bytes(i: number): number {
    return this.#lengths[i]!;
  }

  /** Copies the contents of the device-readable buffers in `memory` to `target`, one after the other (§2.7.4.1). */
  copyReadable(memory: GuestMemory, target: Uint8Array): void {
    for (let i = 0, to = 0; i < this.readable; to += this.bytes(i++)) {
      memory.copyOut(this.address(i), target.subarray(to, to + this.bytes(i)));
    }
  }

  /** Empties the chain and sets a new head. */
  begin(head: number): void {
    this.head = head;
    this.fault = undefined;
    this.length = this.readable = this.readableBytes = this.writableBytes = 0;
  }

  /** Appends a buffer. Returns the fault, if it causes one. */
  add(address: number, bytes: number, writable: boolean): ChainFault | undefined {
    if (!writable && this.length > this.readable) return "order";
    this.#addresses[this.length] = address;
    this.#lengths[this.length++] = bytes;
    if (writable) this.writableBytes += bytes;
    else {
      this.readable++;
      this.readableBytes += bytes;
    }
    return this.readableBytes + this.writableBytes > 2 ** 32 ? "too-long" : undefined;
  }
}
