import type { DeviceModel } from "./device-model.ts";
import type { FeatureBits } from "./feature-bits.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { SplitQueue } from "./split-queue.ts";
import type { QueueState } from "./split-queue.ts";

/** Device status, VIRTIO 1.3 §2.1. */
export const Status = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Interrupt status, §4.1.4.5. */
export const Isr = { QUEUE: 1, CONFIG: 2 } as const;

const RING_INDIRECT_DESC = 28n;
const RING_EVENT_IDX = 29n;

/** The device's level-triggered interrupt line. */
export interface InterruptLine {
  raise(): void;
  lower(): void;
}

export interface VirtioDeviceState {
  readonly status: number;
  readonly accepted: FeatureBits;
  readonly isr: number;
  readonly generation: number;
  readonly queues: readonly QueueState[];
}

/** The transport-independent half of a virtio device: status, features, queues, interrupts, config generation. */
export class VirtioDevice {
  readonly memory: GuestMemory;
  readonly queues: readonly SplitQueue[];
  readonly model: DeviceModel;
  /** Features the driver has written; negotiated once FEATURES_OK is set. */
  accepted: FeatureBits = 0n;
  readonly #interrupt: InterruptLine;
  #status = 0;
  #isr = 0;
  #generation = 0;
  #configChanged = false;

  constructor(model: DeviceModel, memory: GuestMemory, interrupt: InterruptLine, queues: number) {
    this.model = model;
    this.memory = memory;
    this.#interrupt = interrupt;
    this.queues = Array.from({ length: queues }, () => new SplitQueue(memory));
    this.#sizeQueues();
  }

  get status(): number {
    return this.#status;
  }

  has(status: number): boolean {
    return (this.#status & status) !== 0;
  }

  /** A driver's write to the status register: 0 resets, FEATURES_OK asks the model, other bits are only kept. */
  writeStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    const added = value & ~this.#status & ~Status.NEEDS_RESET;
    this.#status |= added & ~Status.FEATURES_OK;
    if (added & Status.FEATURES_OK) this.#negotiate();
    // Drivers make buffers available, and notify, before they say DRIVER_OK (Linux: the statistics buffer).
    if (added & Status.DRIVER_OK)
      this.queues.forEach((_queue, index) => {
        this.notify(index);
      });
  }

  /** §2.4: status 0, no queue enabled, no interrupt pending; the model forgets the driver. */
  reset(): void {
    this.#status = 0;
    this.model.reset();
    this.accepted = 0n;
    this.#sizeQueues();
    this.readIsr();
  }

  /** Reads and clears the interrupt status (§4.1.4.5.1). */
  readIsr(): number {
    const isr = this.#isr;
    this.#isr = 0;
    this.#interrupt.lower();
    return isr;
  }

  /** Changes when, and only when, the configuration changed since the last read: §4.1.4.3.1's way, which never aliases. */
  readGeneration(): number {
    if (this.#configChanged) this.#generation = (this.#generation + 1) & 0xff;
    this.#configChanged = false;
    return this.#generation;
  }

  /** The model's configuration changed: tells a driver that is up. */
  configChanged(): void {
    this.#configChanged = true;
    if (this.has(Status.DRIVER_OK)) this.#raise(Isr.CONFIG);
  }

  /** A notification of queue `index`. Spurious ones, and those before DRIVER_OK, do nothing (§2.7.13.2). */
  notify(index: number): void {
    if (!this.has(Status.DRIVER_OK) || this.has(Status.NEEDS_RESET)) return;
    if (this.queues[index]?.enabled === true) this.model.notified(index);
  }

  /** Interrupts the driver if it wants to hear of what was pushed to the queue. */
  signalQueue(queue: SplitQueue): void {
    if (queue.takeInterrupt()) this.#raise(Isr.QUEUE);
  }

  /** §2.1.2: the device cannot go on; nothing is consumed or returned until the driver resets it. */
  needsReset(): void {
    this.#status |= Status.NEEDS_RESET;
    if (this.has(Status.DRIVER_OK)) this.#raise(Isr.CONFIG);
  }

  state(): VirtioDeviceState {
    return {
      status: this.#status,
      accepted: this.accepted,
      isr: this.#isr,
      generation: this.#generation,
      queues: this.queues.map((queue) => queue.state()),
    };
  }

  /** Takes over a state whose features the model has accepted. @throws RangeError when a queue cannot be so. */
  restore(state: VirtioDeviceState): void {
    this.accepted = state.accepted;
    this.#status = state.status & 0xff;
    this.#generation = state.generation & 0xff;
    this.#sizeQueues();
    this.queues.forEach((queue, i) => {
      const saved = state.queues[i];
      if (queue.maxSize > 0 && saved !== undefined) queue.restore(saved);
    });
    this.#isr = state.isr & (Isr.QUEUE | Isr.CONFIG);
    if (this.#isr) this.#interrupt.raise();
  }

  #negotiate(): void {
    if (!this.model.acceptFeatures(this.accepted)) return;
    this.#status |= Status.FEATURES_OK;
    this.#sizeQueues();
  }

  #sizeQueues(): void {
    const negotiated = this.has(Status.FEATURES_OK);
    const features = negotiated ? this.accepted : this.model.offeredFeatures;
    const sizes = this.model.queueSizes(features, negotiated);
    this.queues.forEach((queue, i) => {
      queue.reset(sizes[i] ?? 0);
      queue.indirect = ((this.accepted >> RING_INDIRECT_DESC) & 1n) === 1n;
      queue.eventIdx = ((this.accepted >> RING_EVENT_IDX) & 1n) === 1n;
    });
  }

  #raise(bits: number): void {
    this.#isr |= bits;
    this.#interrupt.raise();
  }
}
