import { readOptions } from "../../options/index.ts";
import type { Table } from "../../options/index.ts";
import { checkedSelection, ModernRegisters } from "../modern-registers.ts";
import type { Selection } from "../modern-registers.ts";
import type { RegisterAccess } from "../register-access.ts";
import { register, RegisterFile, writeOnly } from "../register-file.ts";
import type { Register } from "../register-file.ts";
import { Status } from "../virtio-device.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { deviceOf } from "../virtio-face.ts";
import type { VirtioFace } from "../virtio-face.ts";
import { LegacyMmioQueues } from "./legacy-mmio-queues.ts";
import type { LegacyMmioSelection } from "./legacy-mmio-queues.ts";
import { Mmio } from "./mmio-layout.ts";

/** "virt", little-endian. */
const MAGIC = 0x74726976;
/** Drivers ignore it. This is the vendor id of virtio on PCI. */
const VENDOR = 0x1af4;
const NO_SHARED_MEMORY = 0xffffffff;
const REGISTER_BYTES = 4;

/** Options of {@link MmioTransport}. */
export interface MmioOptions {
  /**
   * Version of the registers: 2 for drivers of virtio 1.0 and later, or 1 for legacy drivers (§4.2.4). Linux knows both;
   * QEMU's boards have version 1 by default. @default 2
   */
  readonly version?: number;
}

/** The kind of every option of {@link MmioTransport}. */
export const MMIO_OPTIONS: Table<MmioOptions> = { version: { integer: [[1, 2]] } };

/** What the driver has selected; of version 1 also what it has said about pages and queues. */
export interface MmioSelection extends Selection {
  readonly legacy?: LegacyMmioSelection;
}

/**
 * A virtio-mmio device, VIRTIO 1.3 §4.2. The emulator passes on accesses to its 4 KiB of address space, by offset and
 * width.
 *
 * @example
 * ```ts
 * const registers = new MmioTransport(balloon, { version: 1 });
 * ```
 */
export class MmioTransport implements RegisterAccess {
  readonly #device: VirtioDevice;
  readonly #modern: ModernRegisters;
  readonly #legacy: LegacyMmioQueues | undefined;
  readonly #registers: RegisterFile;

  /** @throws TypeError unless `balloon` is a Balloon; TypeError or RangeError for wrong options */
  constructor(balloon: VirtioFace, options?: MmioOptions) {
    const device = deviceOf(balloon);
    const { version = 2 } = readOptions("MmioTransport", MMIO_OPTIONS, options);
    this.#device = device;
    this.#modern = new ModernRegisters(device);
    this.#legacy = version === 1 ? new LegacyMmioQueues(device, this.#modern) : undefined;
    this.#registers = new RegisterFile([
      ...this.#identityRegisters(version),
      ...this.#deviceRegisters(),
      ...(this.#legacy?.registers() ?? this.#modernRegisters()),
    ]);
  }

  /** What the driver has selected; part of a saved machine. */
  get selection(): MmioSelection {
    const legacy = this.#legacy?.selection;
    return { ...this.#modern.selection, ...(legacy === undefined ? {} : { legacy }) };
  }

  /**
   * Continues where the driver of a saved machine was. Set it after `balloon.restore`.
   * @throws TypeError or RangeError for a selection that no device of this version can have
   */
  set selection({ legacy, ...selection }: MmioSelection) {
    if ((legacy === undefined) !== (this.#legacy === undefined))
      throw new TypeError(
        `selection: expected one of version ${this.#legacy ? "1, got one of version 2" : "2, got one of version 1"}`,
      );
    const checked = checkedSelection(selection);
    if (this.#legacy !== undefined) this.#legacy.selection = legacy!;
    Object.assign(this.#modern.selection, checked);
  }

  /**
   * Reads a register. `width` is 1, 2 or 4 bytes; registers have 4 (§4.2.2.2). Never throws: missing registers read as
   * 0.
   */
  read(offset: number, width: number): number {
    if (offset >= Mmio.CONFIG) return this.#device.model.readConfig(offset - Mmio.CONFIG, width);
    return width === REGISTER_BYTES ? this.#registers.read(offset, width) : 0;
  }

  /** Writes a register. Writes to missing registers, or with another width, do nothing. */
  write(offset: number, width: number, value: number): void {
    const resets = offset === Mmio.STATUS && (value & 0xff) === 0;
    if (this.#legacy !== undefined && !resets) this.#device.claim("legacy");
    if (offset < Mmio.CONFIG) this.#registers.write(offset, width, value);
    else if (this.#legacy !== undefined) this.#legacy.writeConfig(offset - Mmio.CONFIG, width, value);
    else this.#device.model.writeConfig(offset - Mmio.CONFIG, width, value >>> 0);
  }

  #identityRegisters(version: number): Register[] {
    return [
      register(Mmio.MAGIC_VALUE, 4, () => MAGIC),
      register(Mmio.VERSION, 4, () => version),
      register(Mmio.DEVICE_ID, 4, () => this.#device.model.deviceId),
      register(Mmio.VENDOR_ID, 4, () => VENDOR),
    ];
  }

  /** The registers that both versions have. */
  #deviceRegisters(): Register[] {
    const device = this.#device;
    return [
      register(Mmio.INTERRUPT_STATUS, 4, () => device.isr),
      writeOnly(Mmio.INTERRUPT_ACK, (bits) => {
        device.acknowledge(bits);
      }),
      register(
        Mmio.STATUS,
        4,
        // Legacy drivers do not know FEATURES_OK.
        () => device.status & (this.#legacy === undefined ? 0xff : ~Status.FEATURES_OK),
        (value) => {
          // The status has 8 bits (§2.1), although the register has room for more.
          this.#writeStatus(value & 0xff);
        },
      ),
      this.#modern.selector(Mmio.QUEUE_SEL, 4, "queue"),
      writeOnly(Mmio.QUEUE_SIZE, (size) => {
        this.#modern.resizeQueue(size);
      }),
      writeOnly(Mmio.QUEUE_NOTIFY, (queue) => {
        device.notify(queue);
      }),
    ];
  }

  #writeStatus(value: number): void {
    if (value === 0) this.#legacy?.reset();
    this.#modern.writeStatus(value);
  }

  #modernRegisters(): Register[] {
    const device = this.#device;
    return [
      ...this.#modern.featureRegisters({
        deviceSelect: Mmio.DEVICE_FEATURES_SEL,
        device: Mmio.DEVICE_FEATURES,
        driverSelect: Mmio.DRIVER_FEATURES_SEL,
        driver: Mmio.DRIVER_FEATURES,
      }),
      register(Mmio.CONFIG_GENERATION, 4, () => device.readGeneration()),
      // §4.2.2: a shared memory region that does not exist has length and base -1.
      ...[Mmio.SHM_LEN, Mmio.SHM_LEN + 4, Mmio.SHM_BASE, Mmio.SHM_BASE + 4].map((offset) =>
        register(offset, 4, () => NO_SHARED_MEMORY),
      ),
      ...this.#queueRegisters(),
    ];
  }

  #queueRegisters(): Register[] {
    const modern = this.#modern;
    return [
      register(Mmio.QUEUE_SIZE_MAX, 4, () => modern.queue?.maxSize ?? 0),
      register(
        Mmio.QUEUE_READY,
        4,
        () => Number(modern.queue?.enabled ?? false),
        (value) => {
          this.#writeReady(value);
        },
      ),
      ...modern.addressRegisters(Mmio.QUEUE_DESC, "descriptors"),
      ...modern.addressRegisters(Mmio.QUEUE_DRIVER, "driver"),
      ...modern.addressRegisters(Mmio.QUEUE_DEVICE, "device"),
      writeOnly(Mmio.QUEUE_RESET, (value) => {
        modern.writeQueueReset(value);
      }),
    ];
  }

  /**
   * Writes QueueReady. Unlike on PCI, a driver may also write 0, and the device must then leave the queue alone
   * (§4.2.2.2).
   */
  #writeReady(value: number): void {
    if (value === 1) this.#modern.enableQueue();
    else if (value === 0) this.#device.resetQueue(this.#modern.selection.queue);
  }
}
