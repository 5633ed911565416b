import { check } from "../../options/index.ts";
import type { Kind } from "../../options/index.ts";
import type { FeatureBits } from "../feature-bits.ts";
import { GUEST_MEMORY } from "../../memory/index.ts";
import type { GuestMemory } from "../../memory/index.ts";
import { REGISTER_ACCESS } from "../register-access.ts";
import type { RegisterAccess } from "../register-access.ts";
import { Isr, Status } from "../virtio-device.ts";
import type { DriverTransport, DriverTransportClass } from "./driver-transport.ts";
import { MockQueue } from "./mock-queue.ts";
import { ModernPciTransport } from "./modern-pci-transport.ts";

const COUNT: Kind = { integer: [[0, Number.MAX_SAFE_INTEGER]] };
const QUEUE_INDEX: Kind = { integer: [[0, 65535]] };
const WIDTH: Kind = { integer: [[1, 4]], powerOfTwo: true };

/** A virtio driver that drives a device through its registers and rings, as a guest's driver does. */
export class MockDriver {
  readonly bar: RegisterAccess;
  readonly transport: DriverTransport;
  readonly memory: GuestMemory;
  #free: number;

  /**
   * @param bar the device's registers
   * @param scratch first address of guest memory that the driver may use for rings and buffers
   * @param Transport the kind of the registers; modern virtio-pci by default
   * @throws TypeError or RangeError for wrong arguments
   */
  constructor(
    bar: RegisterAccess,
    memory: GuestMemory,
    scratch: number,
    Transport: DriverTransportClass = ModernPciTransport,
  ) {
    check("bar", REGISTER_ACCESS, bar);
    check("memory", GUEST_MEMORY, memory);
    check("scratch", COUNT, scratch);
    check("Transport", "function", Transport);
    this.bar = bar;
    this.transport = new Transport(bar);
    this.memory = memory;
    this.#free = scratch;
  }

  /** The device's status register: bits of {@link Status}. */
  get status(): number {
    return this.transport.readStatus();
  }

  /** Features the device offers. */
  get offered(): FeatureBits {
    return this.transport.readFeatures();
  }

  /**
   * Negotiates features: §3.1.1 up to FEATURES_OK. `features` may have bits that were not offered. Returns whether the
   * device agreed. A legacy device does not answer before {@link ready}.
   * @throws TypeError unless `features` is a bigint
   */
  negotiate(features: FeatureBits): boolean {
    check("features", "bigint", features);
    this.reset();
    this.setStatus(Status.ACKNOWLEDGE | Status.DRIVER);
    this.transport.writeFeatures(features);
    if (!this.transport.hasFeaturesOk) return true;
    this.setStatus(Status.FEATURES_OK);
    return (this.status & Status.FEATURES_OK) !== 0;
  }

  /**
   * Sets up and enables queue `index`, with `size` or the size that the device proposes. @throws TypeError or
   * RangeError for wrong numbers
   */
  queue(index: number, size?: number): MockQueue {
    check("index", QUEUE_INDEX, index);
    if (size !== undefined) check("size", QUEUE_INDEX, size);
    const descriptors = size ?? this.transport.queueSize(index);
    const { ringAlignment } = this.transport;
    const bytes = MockQueue.bytes(descriptors, ringAlignment);
    const address = this.allocate(bytes, Math.max(16, ringAlignment));
    // A test may place the rings outside guest memory.
    if (this.memory.contains(address, bytes))
      for (let at = address; at < address + bytes; at += 2) this.memory.write16(at, 0);
    const kick = (): void => {
      this.transport.notify(index);
    };
    const queue = new MockQueue(this.memory, index, descriptors, address, kick, ringAlignment);
    this.transport.enableQueue(index, descriptors, queue);
    return queue;
  }

  /** Resets queue `index` alone. A modern device must have accepted RING_RESET. */
  resetQueue(index: number): void {
    check("index", QUEUE_INDEX, index);
    this.transport.resetQueue(index);
  }

  /** Sets bits of {@link Status} in addition to those already set. */
  setStatus(bits: number): void {
    check("bits", { integer: [[0, 255]] }, bits);
    this.transport.writeStatus(this.status | bits);
  }

  /** Sets DRIVER_OK. */
  ready(): void {
    this.setStatus(Status.DRIVER_OK);
  }

  /** Resets the device. Queues must be set up again afterwards. */
  reset(): void {
    this.transport.writeStatus(0);
  }

  /** Reads `width` bytes of the device configuration at `offset`. */
  readConfig(offset: number, width = 4): number {
    check("offset", COUNT, offset);
    check("width", WIDTH, width);
    return this.transport.readConfig(offset, width);
  }

  /** Writes `width` bytes of the device configuration at `offset`. */
  writeConfig(offset: number, value: number, width = 4): void {
    check("offset", COUNT, offset);
    check("value", { integer: [[-(2 ** 31), 2 ** 32 - 1]] }, value);
    check("width", WIDTH, width);
    this.transport.writeConfig(offset, width, value);
  }

  /** Reads and clears the interrupt status. */
  interrupts(): { queue: boolean; config: boolean } {
    const isr = this.transport.takeInterrupts();
    return { queue: (isr & Isr.QUEUE) !== 0, config: (isr & Isr.CONFIG) !== 0 };
  }

  /**
   * Allocates `bytes` of the scratch memory. They are never freed. @throws TypeError or RangeError for wrong numbers
   */
  allocate(bytes: number, alignment = 16): number {
    check("bytes", COUNT, bytes);
    check("alignment", { integer: [[1, 2 ** 32 - 1]] }, alignment);
    const address = Math.ceil(this.#free / alignment) * alignment;
    this.#free = address + bytes;
    return address;
  }
}
