import { check } from "../../options/index.ts";
import { DESCRIPTOR_BYTES, DescriptorFlag } from "../descriptor-chain.ts";
import { GUEST_MEMORY } from "../../memory/index.ts";
import type { GuestMemory } from "../../memory/index.ts";
import { RING_ALIGNMENT, ringsAt } from "../ring-layout.ts";
import type { RingPlaces } from "../ring-layout.ts";

/** A buffer that a driver gives: [address, address + bytes) of guest memory. */
export interface MockBuffer {
  readonly address: number;
  readonly bytes: number;
  /** Whether the buffer is device-writable. Default false. */
  readonly writable?: boolean;
}

/** A returned chain. */
export interface UsedElement {
  readonly head: number;
  readonly written: number;
}

/**
 * The driver's side of a split virtqueue in guest memory, for tests, benchmarks, fuzzing, and driving a device without
 * a guest. It also does wrong things on request: {@link poke} and {@link offer} can break every rule.
 */
export class MockQueue implements RingPlaces {
  readonly index: number;
  readonly size: number;
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
  readonly #memory: GuestMemory;
  readonly #kick: () => void;
  #nextDescriptor = 0;
  #available = 0;
  #seenUsed = 0;

  /**
   * @param address place of the three rings, aligned to 16 bytes, with {@link MockQueue.bytes} bytes
   * @param alignment alignment of the used ring
   * @throws TypeError or RangeError for wrong arguments
   */
  constructor(
    memory: GuestMemory,
    index: number,
    size: number,
    address: number,
    kick: () => void,
    alignment: number = RING_ALIGNMENT,
  ) {
    check("memory", GUEST_MEMORY, memory);
    check("index", { integer: [[0, 65535]] }, index);
    check("address", { integer: [[0, Number.MAX_SAFE_INTEGER]] }, address);
    check("kick", "function", kick);
    checkRings(size, alignment);
    this.#memory = memory;
    this.#kick = kick;
    this.index = index;
    this.size = size;
    const { descriptors, driver, device } = ringsAt(address, size, alignment);
    this.descriptors = descriptors;
    this.driver = driver;
    this.device = device;
  }

  /** Size in bytes of the rings of a queue of `size`. @throws TypeError or RangeError for wrong numbers */
  static bytes(size: number, alignment: number = RING_ALIGNMENT): number {
    checkRings(size, alignment);
    return ringsAt(0, size, alignment).device + 6 + 8 * size;
  }

  /** Makes one chain of these buffers available. Returns its head. */
  add(...buffers: MockBuffer[]): number {
    const head = this.#nextDescriptor;
    buffers.forEach((buffer, i) => {
      const index = this.#take();
      const last = i === buffers.length - 1;
      this.writeDescriptor(index, buffer, last ? undefined : this.#nextDescriptor);
    });
    this.offer(head);
    return head;
  }

  /** Makes one chain available whose buffers are in an indirect table at `table` (16 bytes for each buffer). */
  addIndirect(table: number, ...buffers: MockBuffer[]): number {
    buffers.forEach((buffer, i) => {
      this.poke(table + i * DESCRIPTOR_BYTES, buffer, i === buffers.length - 1 ? undefined : i + 1);
    });
    const head = this.#take();
    this.writeDescriptor(
      head,
      { address: table, bytes: buffers.length * DESCRIPTOR_BYTES },
      undefined,
      DescriptorFlag.INDIRECT,
    );
    this.offer(head);
    return head;
  }

  /** Writes descriptor `index` of the table. */
  writeDescriptor(index: number, buffer: MockBuffer, next?: number, flags = 0): void {
    this.poke(this.descriptors + index * DESCRIPTOR_BYTES, buffer, next, flags);
  }

  /** Writes a descriptor at any address. */
  poke(at: number, { address, bytes, writable = false }: MockBuffer, next?: number, flags = 0): void {
    this.#memory.write32(at, address >>> 0);
    this.#memory.write32(at + 4, Math.floor(address / 2 ** 32) >>> 0);
    this.#memory.write32(at + 8, bytes >>> 0);
    const link = next === undefined ? 0 : DescriptorFlag.NEXT;
    this.#memory.write16(at + 12, flags | link | (writable ? DescriptorFlag.WRITE : 0));
    this.#memory.write16(at + 14, next ?? 0);
  }

  /** Puts `head` into the available ring, valid or not, and publishes it. */
  offer(head: number): void {
    this.#memory.write16(this.driver + 4 + 2 * (this.#available % this.size), head);
    this.publish(this.#available + 1);
  }

  /** Writes the available index. */
  publish(available: number): void {
    this.#available = available & 0xffff;
    this.#memory.write16(this.driver + 2, this.#available);
  }

  /** Suppresses interrupts, or allows them again (without EVENT_IDX). */
  suppressInterrupts(on: boolean): void {
    this.#memory.write16(this.driver, on ? 1 : 0);
  }

  /** Asks for an interrupt once the used index passes `index` (with EVENT_IDX). */
  setUsedEvent(index: number): void {
    this.#memory.write16(this.driver + 4 + 2 * this.size, index & 0xffff);
  }

  /** The index at which the device asked for the next kick (with EVENT_IDX). */
  get availEvent(): number {
    return this.#memory.read16(this.device + 4 + 8 * this.size);
  }

  /** Index of the next used element, modulo 2^16. */
  get usedIndex(): number {
    return this.#memory.read16(this.device + 2);
  }

  /** Kicks the device. */
  kick(): void {
    this.#kick();
  }

  /** The chains returned since the last call. */
  used(): UsedElement[] {
    const elements: UsedElement[] = [];
    for (; this.#seenUsed !== this.usedIndex; this.#seenUsed = (this.#seenUsed + 1) & 0xffff) {
      const at = this.device + 4 + 8 * (this.#seenUsed % this.size);
      elements.push({ head: this.#memory.read32(at), written: this.#memory.read32(at + 4) });
    }
    return elements;
  }

  #take(): number {
    const index = this.#nextDescriptor;
    this.#nextDescriptor = (index + 1) % this.size;
    return index;
  }
}

function checkRings(size: number, alignment: number): void {
  check("size", { integer: [[0, 65535]] }, size);
  check("alignment", { integer: [[1, 2 ** 32 - 1]] }, alignment);
}
