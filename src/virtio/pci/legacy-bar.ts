import { featureWindow } from "../feature-bits.ts";
import type { RegisterAccess } from "../register-access.ts";
import { register, RegisterFile } from "../register-file.ts";
import type { Register } from "../register-file.ts";
import { LEGACY_RING_ALIGNMENT, ringsAt } from "../ring-layout.ts";
import type { SplitQueue } from "../split-queue.ts";
import { Status } from "../virtio-device.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { deviceOf } from "../virtio-face.ts";
import type { VirtioFace } from "../virtio-face.ts";
import { Legacy, LEGACY_BAR_BYTES } from "./bar-layout.ts";
import { LegacyConfigWriter } from "./legacy-config-writer.ts";
import type { PartialField } from "./legacy-config-writer.ts";

/** What a legacy driver has selected and partly written; part of a snapshot. */
export interface LegacySelection {
  readonly queue: number;
  readonly partial: Readonly<PartialField>;
}

/**
 * The legacy virtio-pci interface of a device in BAR 0 (VIRTIO 1.3 §4.1.4.10, virtio 0.9.5). It has 32 feature bits, no
 * FEATURES_OK, and queues that have the device's size and start at a page number. "Guest-native" byte order means
 * little-endian here.
 */
export class LegacyBar implements RegisterAccess {
  readonly #device: VirtioDevice;
  readonly #registers: RegisterFile;
  readonly #config: LegacyConfigWriter;
  #queue = 0;

  /** @throws TypeError unless `balloon` is a Balloon */
  constructor(balloon: VirtioFace) {
    const device = deviceOf(balloon);
    this.#device = device;
    this.#config = new LegacyConfigWriter(device.model);
    this.#registers = new RegisterFile([...this.#deviceRegisters(), ...this.#queueRegisters()]);
  }

  /** What the driver has selected and partly written; part of a saved machine. */
  get selection(): LegacySelection {
    return { queue: this.#queue, partial: { ...this.#config.partial } };
  }

  /** Continues where the driver of a saved machine was. */
  set selection({ queue, partial }: LegacySelection) {
    this.#queue = queue;
    Object.assign(this.#config.partial, partial);
  }

  /** Reads a register. `width` is 1, 2 or 4 bytes. Never throws: offsets beyond the BAR read as 0. */
  read(offset: number, width: number): number {
    if (offset < Legacy.DEVICE) return this.#registers.read(offset, width);
    return offset < LEGACY_BAR_BYTES ? this.#device.model.readConfig(offset - Legacy.DEVICE, width) : 0;
  }

  /**
   * Writes a register. `width` is 1, 2 or 4 bytes. Writes to missing registers do nothing, and neither do writes other
   * than a reset once the driver uses the modern interface.
   */
  write(offset: number, width: number, value: number): void {
    const resets = offset === Legacy.DEVICE_STATUS && (value & 0xff) === 0;
    if (!resets && !this.#device.claim("legacy")) return;
    if (offset < Legacy.DEVICE) this.#registers.write(offset, width, value);
    else if (offset < LEGACY_BAR_BYTES) this.#config.write(offset - Legacy.DEVICE, width, value);
  }

  #deviceRegisters(): Register[] {
    const device = this.#device;
    return [
      register(Legacy.DEVICE_FEATURES, 4, () => featureWindow(device.model.offeredFeatures, 0)),
      register(
        Legacy.DRIVER_FEATURES,
        4,
        () => featureWindow(device.accepted, 0),
        (value) => {
          device.writeFeatures(BigInt(value));
        },
      ),
      register(
        Legacy.DEVICE_STATUS,
        1,
        // Legacy drivers do not know this bit.
        () => device.status & ~Status.FEATURES_OK,
        (value) => {
          this.#writeStatus(value);
        },
      ),
      // A read clears the register, so it must not take an interrupt from a driver that uses the modern interface.
      register(Legacy.ISR, 1, () => (device.interface === "modern" ? 0 : device.readIsr())),
    ];
  }

  #queueRegisters(): Register[] {
    const selected = (): SplitQueue | undefined => this.#device.queues[this.#queue];
    return [
      register(
        Legacy.QUEUE_PFN,
        4,
        () => (selected()?.descriptors ?? 0) / LEGACY_RING_ALIGNMENT,
        (pfn) => {
          this.#placeQueue(selected(), pfn);
        },
      ),
      register(Legacy.QUEUE_SIZE, 2, () => selected()?.maxSize ?? 0),
      register(
        Legacy.QUEUE_SELECT,
        2,
        () => this.#queue,
        (value) => {
          this.#queue = value;
        },
      ),
      register(
        Legacy.QUEUE_NOTIFY,
        2,
        () => 0,
        (queue) => {
          this.#device.notify(queue);
        },
      ),
    ];
  }

  /**
   * Writes the queue's page number. 0 removes the queue from the device; any other number sets up a queue that has none
   * yet.
   */
  #placeQueue(queue: SplitQueue | undefined, pfn: number): void {
    if (pfn === 0) this.#device.resetQueue(this.#queue);
    else if (queue !== undefined && queue.maxSize > 0 && !queue.enabled) {
      Object.assign(queue, ringsAt(pfn * LEGACY_RING_ALIGNMENT, queue.size, LEGACY_RING_ALIGNMENT));
      queue.enabled = true;
    }
  }

  #writeStatus(value: number): void {
    if (value === 0) {
      this.#queue = 0;
      this.#config.reset();
    }
    this.#device.writeStatus(value);
  }
}
