import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { featureWindow, withFeatureWindow } from "./feature-bits.ts";
import type { Register } from "./register-file.ts";
import { register } from "./register-file.ts";
import { isQueueSize } from "./split-queue.ts";
import type { SplitQueue } from "./split-queue.ts";
import type { VirtioDevice } from "./virtio-device.ts";

/** What the driver has selected. It is part of a snapshot, because a guest can be saved between two register writes. */
export interface Selection {
  deviceFeature: number;
  driverFeature: number;
  queue: number;
}

const HALF = 2 ** 32;
const WORD: Kind = { integer: [[0, HALF - 1]] };

/** Returns only what a selection has. @throws TypeError or RangeError unless all of it are 32-bit numbers */
export function checkedSelection({ deviceFeature, driverFeature, queue }: Selection): Selection {
  const selection = { deviceFeature, driverFeature, queue };
  for (const [name, value] of Object.entries(selection)) check(`selection.${name}`, WORD, value);
  return selection;
}

/** The registers that modern virtio-pci and virtio-mmio have in common. The transport chooses offsets and widths. */
export class ModernRegisters {
  readonly selection: Selection = { deviceFeature: 0, driverFeature: 0, queue: 0 };
  readonly #device: VirtioDevice;

  constructor(device: VirtioDevice) {
    this.#device = device;
  }

  /** The selected queue, if it exists and has a size. Some numbers have no queue, and some queues are not used. */
  get queue(): SplitQueue | undefined {
    const queue = this.#device.queues[this.selection.queue];
    return queue !== undefined && queue.maxSize > 0 ? queue : undefined;
  }

  /** The registers for device and driver features: for each, a selector and a window of 32 bits. */
  featureRegisters(at: {
    deviceSelect: number;
    device: number;
    driverSelect: number;
    driver: number;
  }): Register[] {
    const { selection } = this;
    const device = this.#device;
    return [
      this.selector(at.deviceSelect, 4, "deviceFeature"),
      register(at.device, 4, () => featureWindow(device.model.offeredFeatures, selection.deviceFeature)),
      this.selector(at.driverSelect, 4, "driverFeature"),
      register(
        at.driver,
        4,
        () => featureWindow(device.accepted, selection.driverFeature),
        (value) => {
          device.writeFeatures(withFeatureWindow(device.accepted, selection.driverFeature, value));
        },
      ),
    ];
  }

  selector(offset: number, width: 2 | 4, what: keyof Selection): Register {
    return register(
      offset,
      width,
      () => this.selection[what],
      (value) => {
        this.selection[what] = value;
      },
    );
  }

  /**
   * The registers for the descriptor table, driver area or device area of the selected queue, as two 32-bit halves
   * (§4.1.3.1).
   */
  addressRegisters(offset: number, part: "descriptors" | "driver" | "device"): Register[] {
    const get = (): number => this.queue?.[part] ?? 0;
    const set = (address: number): void => {
      if (this.queue?.enabled === false) this.queue[part] = address;
    };
    return [
      register(
        offset,
        4,
        () => get() % HALF,
        (low) => {
          set(get() - (get() % HALF) + low);
        },
      ),
      register(
        offset + 4,
        4,
        () => Math.floor(get() / HALF),
        (high) => {
          set((get() % HALF) + high * HALF);
        },
      ),
    ];
  }

  /** Sets the size of the selected queue, if the queue is not enabled. */
  resizeQueue(size: number): void {
    const { queue } = this;
    if (queue?.enabled === false && isQueueSize(size, queue.maxSize)) queue.size = size;
  }

  enableQueue(): void {
    if (this.queue !== undefined) this.queue.enabled = true;
  }

  /** Writes queue_reset: 1 resets the selected queue at once (§2.6.1). */
  writeQueueReset(value: number): void {
    if (value === 1 && this.#device.mayResetQueues) this.#device.resetQueue(this.selection.queue);
  }

  /** Writes the status: 0 resets the device, whichever interface it comes from. */
  writeStatus(value: number): void {
    if (value === 0) Object.assign(this.selection, { deviceFeature: 0, driverFeature: 0, queue: 0 });
    this.#device.writeStatus(value);
  }
}
