import { walkChain } from "./chain-walker.ts";
import { DESCRIPTOR_BYTES, DescriptorChain } from "./descriptor-chain.ts";
import { check } from "../options/index.ts";
import { GUEST_MEMORY, wordsOf } from "../memory/index.ts";
import type { GuestMemory, WordSource } from "../memory/index.ts";

/**
 * What a driver can do wrong with the ring itself. Nothing in the ring can be trusted any more, so the device needs a
 * reset.
 */
export type RingFault =
  /** a ring is not completely in guest memory, or not aligned (§2.7) */
  | "ring-address"
  /** more chains are available than the queue has descriptors */
  | "avail-index"
  /** the head of a chain is not an index of the descriptor table */
  | "avail-head";

/** The result of {@link SplitQueue.pop}: a chain, nothing, or a ring that cannot be trusted any more. */
export type PopResult = "chain" | "empty" | RingFault;

/** The state of a queue in a snapshot: the driver's set-up, and the device's position. */
export interface QueueState {
  readonly size: number;
  readonly enabled: boolean;
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
  readonly nextAvail: number;
  readonly nextUsed: number;
}

const MAX_QUEUE = 32768;
const AVAIL_NO_INTERRUPT = 1;

/** The device's side of one split virtqueue, VIRTIO 1.3 §2.7. All indices are 16 bits and wrap. */
export class SplitQueue {
  /** Largest size that the device supports, a power of two; 0 if the queue does not exist. */
  maxSize = 0;
  enabled = false;
  /** Whether RING_INDIRECT_DESC and RING_EVENT_IDX were negotiated. */
  indirect = false;
  eventIdx = false;
  /** Number of chains that {@link pop} has looked for and found since the reset, valid or not. */
  taken = 0;
  readonly #memory: GuestMemory;
  readonly #source: WordSource;
  readonly #chain = new DescriptorChain();
  #size = 0;
  #descriptors = 0;
  #driver = 0;
  #device = 0;
  /** Whether the rings are in memory; undefined after the driver has moved them. Asked for every chain. */
  #inMemory: boolean | undefined;
  #nextAvail = 0;
  #nextUsed = 0;
  /** Whether the popped chain is still being processed: see {@link settle}. */
  #inHand = false;
  #epoch = 0;
  /** Used index at the last decision about an interrupt. */
  #signalled = 0;

  /** @throws TypeError unless `memory` is a GuestMemory */
  constructor(memory: GuestMemory) {
    check("memory", GUEST_MEMORY, memory);
    this.#memory = memory;
    this.#source = wordsOf(memory);
  }

  /** Number of descriptors, as the driver chose. */
  get size(): number {
    return this.#size;
  }

  set size(descriptors: number) {
    this.#size = descriptors;
    this.#inMemory = undefined;
  }

  /** Guest physical address of the descriptor table. */
  get descriptors(): number {
    return this.#descriptors;
  }

  set descriptors(address: number) {
    this.#descriptors = address;
    this.#inMemory = undefined;
  }

  /** Guest physical address of the available ring (driver area). */
  get driver(): number {
    return this.#driver;
  }

  set driver(address: number) {
    this.#driver = address;
    this.#inMemory = undefined;
  }

  /** Guest physical address of the used ring (device area). */
  get device(): number {
    return this.#device;
  }

  set device(address: number) {
    this.#device = address;
    this.#inMemory = undefined;
  }

  /** Resets the queue to its state after a device reset, with up to `maxSize` descriptors. */
  reset(maxSize: number): void {
    this.#epoch++;
    this.#inHand = false;
    this.maxSize = this.size = maxSize;
    this.enabled = this.indirect = this.eventIdx = false;
    this.descriptors = this.driver = this.device = 0;
    this.#nextAvail = this.#nextUsed = this.#signalled = this.taken = 0;
  }

  /**
   * Grows with every reset and restore of the queue. Code that has called the host while it processes a chain compares
   * the epoch: a chain from an older epoch no longer belongs to the device.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Index in the available ring, modulo 2^16, of the next chain that {@link pop} takes. */
  get nextAvail(): number {
    return this.#nextAvail;
  }

  /** Index, modulo 2^16, after the last chain that the driver has made available; -1 if the rings cannot be read. */
  get availIndex(): number {
    return this.ringsInMemory ? this.#source.words().getUint16(this.#driver + 2, true) : -1;
  }

  /** The last popped chain. The object is reused. */
  get chain(): DescriptorChain {
    return this.#chain;
  }

  /** Takes the next available chain into {@link chain}. Check `chain.fault` before you use its buffers. */
  pop(): PopResult {
    if (!this.ringsInMemory) return "ring-address";
    const size = this.#size;
    const driver = this.#driver;
    const words = this.#source.words();
    const waiting = (words.getUint16(driver + 2, true) - this.#nextAvail) & 0xffff;
    if (waiting === 0) return "empty";
    this.taken++;
    if (waiting > size) return "avail-index";
    const head = words.getUint16(driver + 4 + 2 * (this.#nextAvail & (size - 1)), true);
    if (head >= size) return "avail-head";
    this.#nextAvail = (this.#nextAvail + 1) & 0xffff;
    this.#inHand = true;
    const chain = this.#chain;
    chain.begin(head);
    const refusal = this.indirect ? undefined : "indirect-not-negotiated";
    chain.fault = walkChain(this.#memory, words, this.#descriptors, size, head, refusal, chain);
    return "chain";
  }

  /** Puts the popped chain back. The next {@link pop} takes it again. */
  unpop(): void {
    this.#inHand = false;
    this.taken--;
    this.#nextAvail = (this.#nextAvail - 1) & 0xffff;
  }

  /**
   * Marks that the popped chain has taken effect, although it is not returned yet. In a state that is saved before this
   * call, the chain is still available, so a restored device takes it again.
   */
  settle(): void {
    this.#inHand = false;
  }

  /** Returns a chain to the driver. `written` is the number of bytes that the device wrote into it (§2.7.8.2). */
  push(head: number, written: number): void {
    this.#inHand = false;
    const device = this.#device;
    const at = device + 4 + 8 * (this.#nextUsed & (this.#size - 1));
    const words = this.#source.words();
    words.setUint32(at, head, true);
    words.setUint32(at + 4, written, true);
    this.#nextUsed = (this.#nextUsed + 1) & 0xffff;
    words.setUint16(device + 2, this.#nextUsed, true);
  }

  /** Whether the driver wants an interrupt for the chains pushed since the last call (§2.7.7.2). */
  takeInterrupt(): boolean {
    const pushed = (this.#nextUsed - this.#signalled) & 0xffff;
    this.#signalled = this.#nextUsed;
    if (pushed === 0) return false;
    if (this.eventIdx) return this.#hasPassedEvent(pushed);
    return (this.#source.words().getUint16(this.#driver, true) & AVAIL_NO_INTERRUPT) === 0;
  }

  /**
   * Asks for a notification of the next available chain (§2.7.10). Without EVENT_IDX the flags stay 0, so the driver
   * always notifies.
   */
  askForKick(): void {
    if (this.eventIdx) this.#writeAvailEvent();
  }

  /** Returns the state for {@link restore}. */
  state(): QueueState {
    const { size, enabled, descriptors, driver, device } = this;
    return {
      size,
      enabled,
      descriptors,
      driver,
      device,
      nextAvail: (this.#nextAvail - Number(this.#inHand)) & 0xffff,
      nextUsed: this.#nextUsed,
    };
  }

  /** @throws RangeError if a queue of {@link maxSize} cannot have this state */
  restore(state: QueueState): void {
    if (!isQueueSize(state.size, this.maxSize))
      throw new RangeError(`queue size ${state.size} is not a power of two up to ${this.maxSize}`);
    const { size, enabled, descriptors, driver, device } = state;
    Object.assign(this, { size, enabled, descriptors, driver, device });
    this.#epoch++;
    this.#inHand = false;
    this.#nextAvail = state.nextAvail & 0xffff;
    this.#nextUsed = this.#signalled = state.nextUsed & 0xffff;
  }

  /** Whether the three parts have valid addresses and alignments (§2.7), including the optional event words. */
  get ringsInMemory(): boolean {
    return (this.#inMemory ??= this.#areRingsInMemory());
  }

  /** Whether the last `pushed` chains include the one after which the driver wants an interrupt. */
  #hasPassedEvent(pushed: number): boolean {
    const usedEvent = this.#source.words().getUint16(this.#driver + 4 + 2 * this.#size, true);
    return ((this.#nextUsed - usedEvent - 1) & 0xffff) < pushed;
  }

  #writeAvailEvent(): void {
    this.#source.words().setUint16(this.#device + 4 + 8 * this.#size, this.#nextAvail, true);
  }

  #areRingsInMemory(): boolean {
    const { size, descriptors, driver, device } = this;
    return (
      this.#holds(descriptors, size * DESCRIPTOR_BYTES, 16) &&
      this.#holds(driver, 6 + 2 * size, 2) &&
      this.#holds(device, 6 + 8 * size, 4)
    );
  }

  #holds(address: number, bytes: number, alignment: number): boolean {
    // & instead of %, which takes three divisions per chain. The low bits of an address above 2^32 survive &.
    return (address & (alignment - 1)) === 0 && this.#memory.contains(address, bytes);
  }
}

/** Whether a driver may choose `size` for a queue of at most `maxSize`: a power of two (§2.7). */
export function isQueueSize(size: number, maxSize: number): boolean {
  return size > 0 && size <= Math.min(maxSize, MAX_QUEUE) && (size & (size - 1)) === 0;
}
