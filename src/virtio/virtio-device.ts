import { check } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import type { DeviceModel } from "./device-model.ts";
import type { FeatureBits } from "./feature-bits.ts";
import { GUEST_MEMORY } from "../memory/index.ts";
import type { GuestMemory } from "../memory/index.ts";
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

/** The bits of a device that its driver uses. */
const UP = Status.FEATURES_OK | Status.DRIVER_OK;

/** Interrupt status, §4.1.4.5. */
export const Isr = { QUEUE: 1, CONFIG: 2 } as const;

const RING_INDIRECT_DESC = 28n;
const RING_EVENT_IDX = 29n;
const RING_RESET = 40n;

/**
 * The set of registers that a driver uses: that of virtio 1.0 and later, or the earlier one. Only virtio-pci can have
 * both at once (a transitional device).
 */
export type RegisterInterface = "modern" | "legacy";

/**
 * The device's level-triggered interrupt line, which may be shared. The device lowers the line only if it has raised
 * it, and calls each method only when its level changes.
 */
export interface InterruptLine {
  /** The device asserts the line until {@link lower}. */
  raise(): void;
  /** The device no longer asserts the line. */
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

/** The state of a `VirtioDevice` in a snapshot. */
export interface VirtioDeviceState {
  readonly status: number;
  readonly accepted: FeatureBits;
  readonly isr: number;
  readonly generation: number;
  readonly queues: readonly QueueState[];
  /** Undefined before a driver's first write, and in states from versions that had only one interface. */
  readonly interface?: RegisterInterface | undefined;
}

/**
 * Whether a device's queues follow the features that its driver took, instead of those that the device offers. A legacy
 * driver sets up its queues at once, and counts them over the features it took.
 * @internal
 */
export function queuesAreChosen({ status, accepted, interface: via }: Driver): boolean {
  return (status & Status.FEATURES_OK) !== 0 || (via === "legacy" && accepted !== 0n);
}

type Driver = Pick<VirtioDeviceState, "status" | "accepted" | "interface">;

/**
 * The part of a virtio device that does not depend on its kind or transport: status, features, queues, interrupts and
 * config generation.
 */
export class VirtioDevice extends VirtioFace {
  readonly memory: GuestMemory;
  readonly queues: readonly SplitQueue[];
  #model: DeviceModel | undefined;
  readonly #interrupt: InterruptLine;
  /** Notifications from drivers, and those of them that found no chain. */
  notifications = 0;
  emptyNotifications = 0;
  #accepted: FeatureBits = 0n;
  #interface: RegisterInterface | undefined;
  #status = 0;
  #isr = 0;
  #generation = 0;
  #configChanged = false;
  /**
   * Whether this device asserts the interrupt line. Other devices may share the line, so only then may this device
   * lower it.
   */
  #asserted = false;
  #disposed = false;
  #epoch = 0;

  /**
   * Makes a device without a model; {@link connect} sets the model.
   * @param queues the largest number of queues of the model
   * @throws TypeError or RangeError for wrong arguments
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

  /** Sets the model, before a driver sees the device. @throws TypeError unless `model` is a device model */
  connect(model: DeviceModel): void {
    check("model", DEVICE_MODEL, model);
    this.#model = model;
    this.#sizeQueues();
  }

  /** The device's model. @throws Error before {@link connect} */
  get model(): DeviceModel {
    return this.#model ?? noModel();
  }

  /**
   * The status register. It has FEATURES_OK once features are negotiated, even if the driver is a legacy one, which
   * does not know that bit.
   */
  get status(): number {
    return this.#status;
  }

  /** Features that the driver has written. They are final once FEATURES_OK is set. */
  get accepted(): FeatureBits {
    return this.#accepted;
  }

  /** The interface that the driver uses; undefined until its first write. */
  get interface(): RegisterInterface | undefined {
    return this.#interface;
  }

  /**
   * Reports a driver's write through the interface `via`. The first write after a reset decides which interface the
   * driver uses. Returns false for writes through the other interface, which must have no effect.
   */
  claim(via: RegisterInterface): boolean {
    this.#interface ??= via;
    return this.#interface === via;
  }

  /** Writes the driver's choice of features. §2.2.2: it is final once FEATURES_OK is set. */
  writeFeatures(features: FeatureBits): void {
    if (this.has(Status.FEATURES_OK)) return;
    this.#accepted = features;
    if (this.#isLegacy()) this.#sizeQueues();
  }

  /** Whether one of these bits of {@link Status} is set. */
  has(status: number): boolean {
    return (this.#status & status) !== 0;
  }

  /** Writes the status register: 0 resets the device, FEATURES_OK asks the model; other bits are only stored. */
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
   * Resets the device. §2.4: the status is 0, no queue is enabled, no interrupt is pending, and the model forgets the
   * driver. The model is reset last, because it may call the host, whose code may call this device again.
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

  /** Ends the device. From now on it serves no queue and raises no interrupt, whatever a driver writes. */
  override dispose(): void {
    this.reset();
    this.#disposed = true;
  }

  /**
   * Grows with every reset. Code that has called the host compares it to find out whether it still serves the same
   * driver.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the driver may reset a single queue (§2.6.1). */
  get mayResetQueues(): boolean {
    return this.has(Status.FEATURES_OK) && this.#took(RING_RESET);
  }

  /** Resets queue `index` alone, as a device reset would. The chains that it kept belong to the driver again. */
  resetQueue(index: number): void {
    const queue = this.queues[index];
    if (queue?.enabled !== true) return;
    queue.reset(queue.maxSize);
    this.#useFeatures(queue);
    this.model.queueReset(index);
  }

  /** Interrupt status: the pending bits of {@link Isr}. */
  get isr(): number {
    return this.#isr;
  }

  /** Clears `bits` of the interrupt status, because the driver has seen them. */
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

  /**
   * Reads the config generation. It changes if, and only if, the configuration has changed since the last read, as in
   * §4.1.4.3.1. It never aliases.
   */
  readGeneration(): number {
    if (this.#configChanged) this.#generation = (this.#generation + 1) & 0xff;
    this.#configChanged = false;
    return this.#generation;
  }

  /** Reports that the model's configuration has changed. Interrupts a driver that is up. */
  configChanged(): void {
    this.#configChanged = true;
    if (this.has(Status.DRIVER_OK)) this.#raise(Isr.CONFIG);
  }

  /**
   * Handles a notification of queue `index`. Spurious notifications, and those before DRIVER_OK, do nothing
   * (§2.7.10.2).
   */
  notify(index: number): void {
    this.notifications++;
    if (!this.#serve(index)) this.emptyNotifications++;
  }

  /** Interrupts the driver if it wants to know about chains that were pushed to the queue. */
  signalQueue(queue: SplitQueue): void {
    if (queue.takeInterrupt()) this.#raise(Isr.QUEUE);
  }

  /** §2.1.2: marks that the device cannot go on. It takes and returns nothing until the driver resets it. */
  needsReset(): void {
    this.#status |= Status.NEEDS_RESET;
    if (this.has(Status.DRIVER_OK)) this.#raise(Isr.CONFIG);
  }

  /** Returns the state for {@link restore}. */
  state(): VirtioDeviceState {
    return {
      status: this.#status,
      accepted: this.accepted,
      isr: this.#isr,
      // If the driver has not seen a change, it must see it after a restore.
      generation: (this.#generation + Number(this.#configChanged)) & 0xff,
      queues: this.queues.map((queue) => queue.state()),
      interface: this.#interface,
    };
  }

  /**
   * Takes over a state whose features the model has accepted. Call {@link driveLine} for the interrupt line once the
   * model is restored too. @throws RangeError if a queue cannot have its state
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

  /** Sets the interrupt line according to the interrupt status. */
  driveLine(): void {
    const asserted = this.#isr !== 0;
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    if (asserted) this.#interrupt.raise();
    else this.#interrupt.lower();
  }

  #isLegacy(): boolean {
    return this.#interface === "legacy";
  }

  #took(feature: bigint): boolean {
    return ((this.#accepted >> feature) & 1n) === 1n;
  }

  #negotiate(): void {
    if (!this.model.acceptFeatures(this.#accepted, this.#isLegacy())) return;
    this.#status |= Status.FEATURES_OK;
    this.#sizeQueues();
  }

  /**
   * Negotiates with a legacy driver, which does not ask. Its features are checked when it starts to use them, and a
   * refusal stops the device.
   */
  #negotiateLegacy(): void {
    if (this.has(Status.FEATURES_OK | Status.NEEDS_RESET)) return;
    this.#negotiate();
    if (!this.has(Status.FEATURES_OK)) this.needsReset();
  }

  /** Handles DRIVER_OK. */
  #start(): void {
    if (this.#isLegacy()) this.#negotiateLegacy();
    // §2.1.2: if the device stopped before DRIVER_OK, it could not tell the driver until now.
    if (this.has(Status.NEEDS_RESET)) this.#raise(Isr.CONFIG);
    // Drivers make buffers available, and notify, before they set DRIVER_OK (Linux: the statistics buffer).
    this.queues.forEach((_queue, index) => {
      this.#serve(index);
    });
  }

  /** Serves a queue, if the device may. Returns false if it then finds no chain. */
  #serve(index: number): boolean {
    if (this.queues[index]?.enabled !== true) return true;
    if ((this.#status & (UP | Status.NEEDS_RESET)) === UP || this.#mayConsume())
      return this.model.notified(index);
    this.model.settled?.();
    return true;
  }

  /** Whether the device may take chains if it is not simply up. §3.1.2: legacy drivers may use it before DRIVER_OK. */
  #mayConsume(): boolean {
    if (this.#isLegacy()) this.#negotiateLegacy();
    else if (!this.has(Status.DRIVER_OK)) return false;
    return this.has(Status.FEATURES_OK) && !this.has(Status.NEEDS_RESET);
  }

  /**
   * Sets the largest sizes of the queues. Queues whose size does not change keep their set-up, because a legacy driver
   * makes it before its features are final.
   */
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

function noModel(): never {
  throw new Error("the device has no model");
}
