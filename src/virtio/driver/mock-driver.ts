import type { FeatureBits } from "../feature-bits.ts";
import type { GuestMemory } from "../guest-memory.ts";
import { Bar, Common } from "../pci/bar-layout.ts";
import { Isr, Status } from "../virtio-device.ts";
import { MockQueue } from "./mock-queue.ts";

/** A device's registers as a driver reaches them. */
export interface RegisterAccess {
  read(offset: number, width: number): number;
  write(offset: number, width: number, value: number): void;
}

/** A virtio driver that drives a modern device through its registers and rings, as a guest's driver does. */
export class MockDriver {
  readonly bar: RegisterAccess;
  readonly memory: GuestMemory;
  #free: number;

  /** @param scratch first address of guest memory that the driver may use for rings and buffers */
  constructor(bar: RegisterAccess, memory: GuestMemory, scratch: number) {
    this.bar = bar;
    this.memory = memory;
    this.#free = scratch;
  }

  get status(): number {
    return this.bar.read(Common.DEVICE_STATUS, 1);
  }

  get offered(): FeatureBits {
    let features = 0n;
    for (let window = 0; window < 4; window++) {
      this.bar.write(Common.DEVICE_FEATURE_SELECT, 4, window);
      features |= BigInt(this.bar.read(Common.DEVICE_FEATURE, 4)) << BigInt(32 * window);
    }
    return features;
  }

  /** §3.1.1 up to FEATURES_OK. Returns whether the device agreed to `features`, offered or not. */
  negotiate(features: FeatureBits): boolean {
    this.reset();
    this.setStatus(Status.ACKNOWLEDGE | Status.DRIVER);
    for (let window = 0; window < 4; window++) {
      this.bar.write(Common.DRIVER_FEATURE_SELECT, 4, window);
      this.bar.write(Common.DRIVER_FEATURE, 4, Number((features >> BigInt(32 * window)) & 0xffffffffn));
    }
    this.setStatus(Status.FEATURES_OK);
    return (this.status & Status.FEATURES_OK) !== 0;
  }

  /** Sets up and enables queue `index` with the size the device proposes, or `size`. */
  queue(index: number, size?: number): MockQueue {
    this.bar.write(Common.QUEUE_SELECT, 2, index);
    const descriptors = size ?? this.bar.read(Common.QUEUE_SIZE, 2);
    const address = this.allocate(MockQueue.bytes(descriptors));
    this.memory.bytes.fill(0, address, address + MockQueue.bytes(descriptors));
    const offset = Bar.NOTIFY + this.bar.read(Common.QUEUE_NOTIFY_OFF, 2) * Bar.NOTIFY_MULTIPLIER;
    const queue = new MockQueue(this.memory, index, descriptors, address, () => {
      this.bar.write(offset, 2, index);
    });
    this.bar.write(Common.QUEUE_SIZE, 2, descriptors);
    this.#writeAddress(Common.QUEUE_DESC, queue.descriptors);
    this.#writeAddress(Common.QUEUE_DRIVER, queue.driver);
    this.#writeAddress(Common.QUEUE_DEVICE, queue.device);
    this.bar.write(Common.QUEUE_ENABLE, 2, 1);
    return queue;
  }

  setStatus(bits: number): void {
    this.bar.write(Common.DEVICE_STATUS, 1, this.status | bits);
  }

  /** Sets DRIVER_OK. */
  ready(): void {
    this.setStatus(Status.DRIVER_OK);
  }

  reset(): void {
    this.bar.write(Common.DEVICE_STATUS, 1, 0);
  }

  readConfig(offset: number, width = 4): number {
    return this.bar.read(Bar.DEVICE + offset, width);
  }

  writeConfig(offset: number, value: number, width = 4): void {
    this.bar.write(Bar.DEVICE + offset, width, value);
  }

  /** Reads and clears the interrupt status. */
  interrupts(): { queue: boolean; config: boolean } {
    const isr = this.bar.read(Bar.ISR, 1);
    return { queue: (isr & Isr.QUEUE) !== 0, config: (isr & Isr.CONFIG) !== 0 };
  }

  /** Takes `bytes` of the scratch memory, 16-byte aligned; never given back. */
  allocate(bytes: number): number {
    const address = (this.#free + 15) & ~15;
    this.#free = address + bytes;
    return address;
  }

  #writeAddress(offset: number, address: number): void {
    this.bar.write(offset, 4, address >>> 0);
    this.bar.write(offset + 4, 4, Math.floor(address / 2 ** 32));
  }
}
