import { check } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import type { DeviceModel } from "./device-model.ts";
import type { FeatureBits } from "./feature-bits.ts";
import { GUEST_MEMORY } from "./guest-memory.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { SplitQueue } from "./split-queue.ts";
import type { QueueState } from "./split-queue.ts";
import { VirtioFace } from "./virtio-face.ts";

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
const RING_RESET = 40n;

/**
 * Which set of registers a driver uses: the one of virtio 1.0 and later, or the one before it. Only virtio-pci can have
 * both at once (a transitional device).
 */
export type RegisterInterface = "modern" | "legacy";

/**
 * The device's level-triggered interrupt line. It may be shared: the device lowers it only after it has raised it
 * itself, and each of the two calls comes only when the level changes.
 */
export interface InterruptLine {
  /** The device asserts the line, until {@link lower}. */
  raise(): void;
  /** The device asserts the line no longer. */
  lower(): void;
}

export const INTERRUPT_LINE: Kind = {
  members: { raise: { needed: "function" }, lower: { needed: "function" } } satisfies Table<InterruptLine>,
};

const DEVICE_MODEL: Kind = {
  members: {
    deviceId: { needed: { integer: [[0, 63]] } },
    offeredFeatures: { needed: "bigint" },
    sizeQueues: { needed: "function" },
    acceptFeatures: { needed: "function" },
    notified: { needed: "function" },
    queueReset: { needed: "function" },
    readConfig: { needed: "function" },
    writeConfig: { needed: "function" },
    settled: "function",
    reset: { needed: "function" },
  } satisfies Table<DeviceModel>,
};

/** What is kept of a `VirtioDevice` in a snapshot. */
export interface VirtioDeviceState {
  readonly status: number;
  readonly accepted: FeatureBits;
  readonly isr: number;
  readonly generation: number;
  readonly queues: readonly QueueState[];
  /** Undefined before a driver's first write, and in states of before there was a choice. */
  readonly interface?: RegisterInterface | undefined;
}

/**
 * Whether a device's queues follow the features its driver took, rather than those it offers. A legacy driver goes on
 * with its queues at once, and counts them over the features it took.
 * @internal
 */
export function queuesAreChosen({ status, accepted, interface: via }: Driver): boolean {
  return (status & Status.FEATURES_OK) !== 0 || (via === "legacy" && accepted !== 0n);
}

type Driver = Pick<VirtioDeviceState, "status" | "accepted" | "interface">;

/** The transport-independent half of a virtio device: status, features, queues, interrupts, config generation. */
export class VirtioDevice extends VirtioFace {
  readonly memory: GuestMemory;
  readonly queues: readonly SplitQueue[];
  #model: DeviceModel | undefined;
  readonly #interrupt: InterruptLine;
  #accepted: FeatureBits = 0n;
  #interface: RegisterInterface | undefined;
  #status = 0;
  #isr = 0;
  #generation = 0;
  #configChanged = false;
  /** Whether this device asserts the interrupt line: only then may it lower a line that others share. */
  #asserted = false;
  #disposed = false;
  #epoch = 0;

  /**
   * A device without a model: {@link connect} brings it.
   * @param queues how many the model has at most
   * @throws TypeError or RangeError for anything that is not of its kind
   */
  constructor(memory: GuestMemory, interrupt: InterruptLine, queues: number) {
    super();
    check("memory", GUEST_MEMORY, memory);
    check("interrupt", INTERRUPT_LINE, interrupt);
    check("queues", { integer: [[0, 65535]] }, queues);
    this.memory = memory;
    this.#interrupt = interrupt;
    this.queues = Array.from({ length: queues }, () => new SplitQueue(memory));
  }

  /** Makes this a device of the model's kind, before a driver sees it. @throws TypeError for what is no model */
  connect(model: DeviceModel): void {
    check("model", DEVICE_MODEL, model);
    this.#model = model;
    this.#sizeQueues();
  }

  /** The kind of device. @throws Error before {@link connect} */
  get model(): DeviceModel {
    if (this.#model === undefined) throw new Error("the device has no model");
    return this.#model;
  }

  /** With FEATURES_OK once features are negotiated, also when a legacy driver has never heard of that bit. */
  get status(): number {
    return this.#status;
  }

  /** Features the driver has written; negotiated once FEATURES_OK is set. */
  get accepted(): FeatureBits {
    return this.#accepted;
  }

  /** The interface the driver uses; undefined until it writes. */
  get interface(): RegisterInterface | undefined {
    return this.#interface;
  }

  /**
   * A driver's write through `via`. The first after a reset decides which interface it uses; returns false for writes
   * through the other one, which must not disturb it.
   */
  claim(via: RegisterInterface): boolean {
    this.#interface ??= via;
    return this.#interface === via;
  }

  /** The driver's choice of features; §2.2.2: fixed once FEATURES_OK is set. */
  writeFeatures(features: FeatureBits): void {
    if (this.has(Status.FEATURES_OK)) return;
    this.#accepted = features;
    if (this.#legacy) this.#sizeQueues();
  }

  /** Whether one of these bits of {@link Status} is set. */
  has(status: number): boolean {
    return (this.#status & status) !== 0;
  }

  /** A driver's write to the status register: 0 resets, FEATURES_OK asks the model, other bits are only kept. */
  writeStatus(value: number): void {
    if (this.#disposed) return;
    if (value === 0) {
      this.reset();
      return;
    }
    const added = value & ~this.#status & ~Status.NEEDS_RESET;
    this.#status |= added & ~Status.FEATURES_OK;
    if (added & Status.FEATURES_OK) this.#negotiate();
    if (added & Status.DRIVER_OK) this.#start();
    this.model.settled?.();
  }

  /**
   * §2.4: status 0, no queue enabled, no interrupt pending; the model forgets the driver. The model comes last, since it
   * may call the host, whose code may call this device again.
   */
  reset(): void {
    this.#epoch++;
    this.#status = 0;
    this.#accepted = 0n;
    this.#interface = undefined;
    this.queues.forEach((queue) => {
      queue.reset(0);
    });
    this.#sizeQueues();
    this.#isr = 0;
    this.model.reset();
    this.driveLine();
    this.model.settled?.();
  }

  /** Ends the device: no queue is served and no interrupt raised from now on, whatever a driver writes. */
  override dispose(): void {
    this.reset();
    this.#disposed = true;
  }

  /** Grows with every reset: code that has called the host compares it, to see whether it still serves the same driver. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the driver may reset single queues (§2.6.1). */
  get mayResetQueues(): boolean {
    return this.has(Status.FEATURES_OK) && this.#took(RING_RESET);
  }

  /** Queue `index` alone is as after a reset of the device, and the chains it kept are the driver's again. */
  resetQueue(index: number): void {
    const queue = this.queues[index];
    if (queue?.enabled !== true) return;
    queue.reset(queue.maxSize);
    this.#useFeatures(queue);
    this.model.queueReset(index);
  }

  /** Interrupt status: {@link Isr} bits that are pending. */
  get isr(): number {
    return this.#isr;
  }

  /** The driver has seen `bits` of the interrupt status. */
  acknowledge(bits: number): void {
    this.#isr &= ~bits;
    this.driveLine();
  }

  /** Reads and clears the interrupt status (§4.1.4.5.1). */
  readIsr(): number {
    const isr = this.#isr;
    this.acknowledge(isr);
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

  /** A notification of queue `index`. Spurious ones, and those before DRIVER_OK, do nothing (§2.7.10.2). */
  notify(index: number): void {
    if (this.queues[index]?.enabled !== true) return;
    if (this.#mayConsume()) this.model.notified(index);
    else this.model.settled?.();
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

  /** What {@link restore} needs. */
  state(): VirtioDeviceState {
    return {
      status: this.#status,
      accepted: this.accepted,
      isr: this.#isr,
      // A change the driver has not seen must still be one after a restore.
      generation: (this.#generation + Number(this.#configChanged)) & 0xff,
      queues: this.queues.map((queue) => queue.state()),
      interface: this.#interface,
    };
  }

  /**
   * Takes over a state whose features the model has accepted. The interrupt line follows with {@link driveLine}, once
   * the model is restored as well. @throws RangeError when a queue cannot be so.
   */
  restore(state: VirtioDeviceState): void {
    this.#accepted = state.accepted;
    this.#status = state.status & 0xff;
    this.#interface = state.interface ?? (this.#status === 0 ? undefined : "modern");
    this.#generation = state.generation & 0xff;
    this.#configChanged = false;
    this.#sizeQueues();
    this.queues.forEach((queue, i) => {
      const saved = state.queues[i];
      if (queue.maxSize > 0 && saved !== undefined) queue.restore(saved);
    });
    this.#isr = state.isr & (Isr.QUEUE | Isr.CONFIG);
  }

  /** Brings the interrupt line in agreement with the interrupt status. */
  driveLine(): void {
    const asserted = this.#isr !== 0;
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    if (asserted) this.#interrupt.raise();
    else this.#interrupt.lower();
  }

  get #legacy(): boolean {
    return this.#interface === "legacy";
  }

  #took(feature: bigint): boolean {
    return ((this.#accepted >> feature) & 1n) === 1n;
  }

  #negotiate(): void {
    if (!this.model.acceptFeatures(this.#accepted, this.#legacy)) return;
    this.#status |= Status.FEATURES_OK;
    this.#sizeQueues();
  }

  /** A legacy driver does not ask: its features are checked when it uses them, and a refusal stops the device. */
  #negotiateLegacy(): void {
    if (this.has(Status.FEATURES_OK | Status.NEEDS_RESET)) return;
    this.#negotiate();
    if (!this.has(Status.FEATURES_OK)) this.needsReset();
  }

  /** DRIVER_OK. */
  #start(): void {
    if (this.#legacy) this.#negotiateLegacy();
    // §2.1.2: what stopped the device before could not be told.
    if (this.has(Status.NEEDS_RESET)) this.#raise(Isr.CONFIG);
    // Drivers make buffers available, and notify, before they say DRIVER_OK (Linux: the statistics buffer).
    this.queues.forEach((_queue, index) => {
      this.notify(index);
    });
  }

  /** §3.1.2: legacy drivers may use the device before DRIVER_OK. */
  #mayConsume(): boolean {
    if (this.#legacy) this.#negotiateLegacy();
    else if (!this.has(Status.DRIVER_OK)) return false;
    return this.has(Status.FEATURES_OK) && !this.has(Status.NEEDS_RESET);
  }

  /** Queues whose size stays keep their set-up: a legacy driver makes it before its features are final. */
  #sizeQueues(): void {
    const chosen = queuesAreChosen(this);
    const sizes = this.model.sizeQueues(chosen ? this.#accepted : this.model.offeredFeatures, chosen);
    this.queues.forEach((queue, i) => {
      const size = sizes[i] ?? 0;
      if (queue.maxSize !== size) queue.reset(size);
      this.#useFeatures(queue);
    });
  }

  #useFeatures(queue: SplitQueue): void {
    queue.indirect = this.#took(RING_INDIRECT_DESC);
    queue.eventIdx = this.#took(RING_EVENT_IDX);
  }

  #raise(bits: number): void {
    this.#isr |= bits;
    this.driveLine();
  }
}
