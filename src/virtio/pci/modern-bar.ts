import { featureWindow, withFeatureWindow } from "../feature-bits.ts";
import { isQueueSize } from "../split-queue.ts";
import type { SplitQueue } from "../split-queue.ts";
import { Status } from "../virtio-device.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { Bar, BAR_BYTES, Common } from "./bar-layout.ts";
import type { Register } from "./register-file.ts";
import { RegisterFile } from "./register-file.ts";

const NO_VECTOR = 0xffff;

/** What the driver has selected; part of a snapshot, because a guest can be saved between two port writes. */
export interface Selection {
  deviceFeature: number;
  driverFeature: number;
  queue: number;
}

/** The modern virtio-pci interface of a device in one BAR, VIRTIO 1.3 §4.1.4: reads and writes by offset and width. */
export class ModernBar {
  readonly selection: Selection = { deviceFeature: 0, driverFeature: 0, queue: 0 };
  readonly #device: VirtioDevice;
  readonly #common: RegisterFile;

  constructor(device: VirtioDevice) {
    this.#device = device;
    this.#common = new RegisterFile([...this.#deviceRegisters(), ...this.#queueRegisters()]);
  }

  /** `width` is 1, 2 or 4 bytes. Never throws: offsets beyond the BAR read as 0. */
  read(offset: number, width: number): number {
    if (offset < Bar.NOTIFY) return this.#common.read(offset, width);
    if (offset === Bar.ISR) return this.#device.readIsr();
    if (offset >= Bar.DEVICE && offset < BAR_BYTES)
      return this.#device.model.readConfig(offset - Bar.DEVICE, width);
    return 0;
  }

  write(offset: number, width: number, value: number): void {
    if (offset < Bar.NOTIFY) this.#common.write(offset, width, value);
    else if (offset < Bar.NOTIFY + Bar.NOTIFY_BYTES) this.#notify(offset - Bar.NOTIFY);
    else if (offset >= Bar.DEVICE && offset < BAR_BYTES) {
      this.#device.model.writeConfig(offset - Bar.DEVICE, width, value >>> 0);
    }
  }

  /** §4.1.5.2: the offset alone names the queue; the value repeats it. */
  #notify(offset: number): void {
    if (offset % Bar.NOTIFY_MULTIPLIER === 0) this.#device.notify(offset / Bar.NOTIFY_MULTIPLIER);
  }

  #deviceRegisters(): Register[] {
    const device = this.#device;
    const select = this.selection;
    return [
      register(
        Common.DEVICE_FEATURE_SELECT,
        4,
        () => select.deviceFeature,
        (v) => (select.deviceFeature = v),
      ),
      register(Common.DEVICE_FEATURE, 4, () =>
        featureWindow(device.model.offeredFeatures, select.deviceFeature),
      ),
      register(
        Common.DRIVER_FEATURE_SELECT,
        4,
        () => select.driverFeature,
        (v) => (select.driverFeature = v),
      ),
      register(
        Common.DRIVER_FEATURE,
        4,
        () => featureWindow(device.accepted, select.driverFeature),
        (value) => {
          // §2.2.2: the set is fixed once FEATURES_OK is set.
          if (!device.has(Status.FEATURES_OK)) {
            device.accepted = withFeatureWindow(device.accepted, select.driverFeature, value);
          }
        },
      ),
      register(Common.CONFIG_MSIX_VECTOR, 2, () => NO_VECTOR),
      register(Common.NUM_QUEUES, 2, () => device.queues.findLastIndex(({ maxSize }) => maxSize > 0) + 1),
      register(
        Common.DEVICE_STATUS,
        1,
        () => device.status,
        (value) => {
          this.#writeStatus(value);
        },
      ),
      register(Common.CONFIG_GENERATION, 1, () => device.readGeneration()),
      register(
        Common.QUEUE_SELECT,
        2,
        () => select.queue,
        (v) => (select.queue = v),
      ),
    ];
  }

  #queueRegisters(): Register[] {
    const selected = (): SplitQueue | undefined => this.#device.queues[this.selection.queue];
    return [
      register(
        Common.QUEUE_SIZE,
        2,
        () => selected()?.size ?? 0,
        (value) => {
          resize(selected(), value);
        },
      ),
      register(Common.QUEUE_MSIX_VECTOR, 2, () => NO_VECTOR),
      register(
        Common.QUEUE_ENABLE,
        2,
        () => Number(selected()?.enabled ?? false),
        (value) => {
          const queue = selected();
          // §4.1.4.3.2: a driver must not write 0; a queue that does not exist cannot be enabled.
          if (queue !== undefined && queue.maxSize > 0 && value === 1) queue.enabled = true;
        },
      ),
      register(Common.QUEUE_NOTIFY_OFF, 2, () => this.selection.queue),
      ...addressRegisters(Common.QUEUE_DESC, selected, "descriptors"),
      ...addressRegisters(Common.QUEUE_DRIVER, selected, "driver"),
      ...addressRegisters(Common.QUEUE_DEVICE, selected, "device"),
    ];
  }

  #writeStatus(value: number): void {
    if (value === 0) Object.assign(this.selection, { deviceFeature: 0, driverFeature: 0, queue: 0 });
    this.#device.writeStatus(value);
  }
}

function register(
  offset: number,
  width: 1 | 2 | 4,
  read: () => number,
  write?: (value: number) => void,
): Register {
  return write === undefined ? { offset, width, read } : { offset, width, read, write };
}

function resize(queue: SplitQueue | undefined, size: number): void {
  if (queue !== undefined && !queue.enabled && isQueueSize(size, queue.maxSize)) queue.size = size;
}

/** A 64-bit address as two 32-bit halves (§4.1.3.1); fixed once the queue is enabled. */
function addressRegisters(
  offset: number,
  selected: () => SplitQueue | undefined,
  part: "descriptors" | "driver" | "device",
): Register[] {
  const HALF = 2 ** 32;
  const set = (address: (old: number) => number): void => {
    const queue = selected();
    if (queue !== undefined && !queue.enabled) queue[part] = address(queue[part]);
  };
  const get = (): number => selected()?.[part] ?? 0;
  return [
    register(
      offset,
      4,
      () => get() % HALF,
      (low) => {
        set((old) => old - (old % HALF) + low);
      },
    ),
    register(
      offset + 4,
      4,
      () => Math.floor(get() / HALF),
      (high) => {
        set((old) => (old % HALF) + high * HALF);
      },
    ),
  ];
}
