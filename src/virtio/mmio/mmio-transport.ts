import { ModernRegisters } from "../modern-registers.ts";
import type { Selection } from "../modern-registers.ts";
import type { RegisterAccess } from "../register-access.ts";
import { register, RegisterFile } from "../register-file.ts";
import type { Register } from "../register-file.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { deviceOf } from "../virtio-face.ts";
import type { VirtioFace } from "../virtio-face.ts";
import { Mmio } from "./mmio-layout.ts";

/** "virt", little-endian. */
const MAGIC = 0x74726976;
/** The version of the modern interface. */
const VERSION = 2;
/** Drivers ignore it. This is the vendor id of virtio on PCI. */
const VENDOR = 0x1af4;
const NO_SHARED_MEMORY = 0xffffffff;
const REGISTER_BYTES = 4;

/**
 * A virtio-mmio device, VIRTIO 1.3 §4.2. The emulator passes on accesses to its 4 KiB of address space, by offset and
 * width.
 */
export class MmioTransport implements RegisterAccess {
  readonly #device: VirtioDevice;
  readonly #modern: ModernRegisters;
  readonly #registers: RegisterFile;

  /** @throws TypeError unless `balloon` is a Balloon */
  constructor(balloon: VirtioFace) {
    const device = deviceOf(balloon);
    this.#device = device;
    this.#modern = new ModernRegisters(device);
    this.#registers = new RegisterFile([
      ...this.#identityRegisters(),
      ...this.#deviceRegisters(),
      ...this.#queueRegisters(),
    ]);
  }

  /** What the driver has selected; part of a saved machine. */
  get selection(): Selection {
    return this.#modern.selection;
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
    if (offset < Mmio.CONFIG) this.#registers.write(offset, width, value);
    else this.#device.model.writeConfig(offset - Mmio.CONFIG, width, value >>> 0);
  }

  #identityRegisters(): Register[] {
    return [
      register(Mmio.MAGIC_VALUE, 4, () => MAGIC),
      register(Mmio.VERSION, 4, () => VERSION),
      register(Mmio.DEVICE_ID, 4, () => this.#device.model.deviceId),
      register(Mmio.VENDOR_ID, 4, () => VENDOR),
      // §4.2.2: a shared memory region that does not exist has length and base -1.
      ...[Mmio.SHM_LEN, Mmio.SHM_LEN + 4, Mmio.SHM_BASE, Mmio.SHM_BASE + 4].map((offset) =>
        register(offset, 4, () => NO_SHARED_MEMORY),
      ),
    ];
  }

  #deviceRegisters(): Register[] {
    const device = this.#device;
    const modern = this.#modern;
    return [
      ...modern.featureRegisters({
        deviceSelect: Mmio.DEVICE_FEATURES_SEL,
        device: Mmio.DEVICE_FEATURES,
        driverSelect: Mmio.DRIVER_FEATURES_SEL,
        driver: Mmio.DRIVER_FEATURES,
      }),
      register(Mmio.INTERRUPT_STATUS, 4, () => device.isr),
      writeOnly(Mmio.INTERRUPT_ACK, (bits) => {
        device.acknowledge(bits);
      }),
      register(
        Mmio.STATUS,
        4,
        () => device.status,
        (value) => {
          // The status has 8 bits (§2.1), although the register has room for more.
          modern.writeStatus(value & 0xff);
        },
      ),
      register(Mmio.CONFIG_GENERATION, 4, () => device.readGeneration()),
    ];
  }

  #queueRegisters(): Register[] {
    const modern = this.#modern;
    return [
      modern.selector(Mmio.QUEUE_SEL, 4, "queue"),
      register(Mmio.QUEUE_SIZE_MAX, 4, () => modern.queue?.maxSize ?? 0),
      writeOnly(Mmio.QUEUE_SIZE, (size) => {
        modern.resizeQueue(size);
      }),
      register(
        Mmio.QUEUE_READY,
        4,
        () => Number(modern.queue?.enabled ?? false),
        (value) => {
          this.#writeReady(value);
        },
      ),
      writeOnly(Mmio.QUEUE_NOTIFY, (queue) => {
        this.#device.notify(queue);
      }),
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

function writeOnly(offset: number, write: (value: number) => void): Register {
  return register(offset, 4, () => 0, write);
}
