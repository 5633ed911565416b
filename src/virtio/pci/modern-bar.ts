import { ModernRegisters } from "../modern-registers.ts";
import type { Selection } from "../modern-registers.ts";
import type { RegisterAccess } from "../register-access.ts";
import { register, RegisterFile } from "../register-file.ts";
import type { Register } from "../register-file.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { deviceOf } from "../virtio-face.ts";
import type { VirtioFace } from "../virtio-face.ts";
import { Bar, BAR_BYTES, Common } from "./bar-layout.ts";

const NO_VECTOR = 0xffff;

/** The modern virtio-pci interface of a device in one BAR, VIRTIO 1.3 §4.1.4: reads and writes by offset and width. */
export class ModernBar implements RegisterAccess {
  readonly #device: VirtioDevice;
  readonly #registers: ModernRegisters;
  readonly #common: RegisterFile;

  /** @throws TypeError unless `balloon` is a Balloon */
  constructor(balloon: VirtioFace) {
    const device = deviceOf(balloon);
    this.#device = device;
    this.#registers = new ModernRegisters(device);
    this.#common = new RegisterFile([...this.#deviceRegisters(), ...this.#queueRegisters()]);
  }

  /** What the driver has selected; part of a saved machine. */
  get selection(): Selection {
    return this.#registers.selection;
  }

  /** Reads a register. `width` is 1, 2 or 4 bytes. Never throws: offsets beyond the BAR read as 0. */
  read(offset: number, width: number): number {
    if (offset < Bar.NOTIFY) return this.#common.read(offset, width);
    if (offset === Bar.ISR) return this.#readIsr();
    if (offset >= Bar.DEVICE && offset < BAR_BYTES)
      return this.#device.model.readConfig(offset - Bar.DEVICE, width);
    return 0;
  }

  /**
   * Writes a register. `width` is 1, 2 or 4 bytes. Writes to missing registers do nothing, and neither do writes other
   * than a reset once the driver uses the legacy interface.
   */
  write(offset: number, width: number, value: number): void {
    if (offset >= Bar.NOTIFY && offset < Bar.NOTIFY + Bar.NOTIFY_BYTES) this.#notify(offset - Bar.NOTIFY);
    else this.#writeRegister(offset, width, value);
  }

  #writeRegister(offset: number, width: number, value: number): void {
    const resets = offset === Common.DEVICE_STATUS && (value & 0xff) === 0;
    if (!resets && !this.#device.claim("modern")) return;
    if (offset < Bar.NOTIFY) this.#common.write(offset, width, value);
    else if (offset >= Bar.DEVICE && offset < BAR_BYTES)
      this.#device.model.writeConfig(offset - Bar.DEVICE, width, value >>> 0);
  }

  /**
   * Reads the ISR status. A read clears it, so it must not take an interrupt from a driver that uses the legacy
   * interface.
   */
  #readIsr(): number {
    return this.#device.interface === "legacy" ? 0 : this.#device.readIsr();
  }

  /** §4.1.5.2: the offset alone selects the queue; the value only repeats it. */
  #notify(offset: number): void {
    if (this.#device.claim("modern") && offset % Bar.NOTIFY_MULTIPLIER === 0)
      this.#device.notify(offset / Bar.NOTIFY_MULTIPLIER);
  }

  #deviceRegisters(): Register[] {
    const device = this.#device;
    const registers = this.#registers;
    return [
      ...registers.featureRegisters({
        deviceSelect: Common.DEVICE_FEATURE_SELECT,
        device: Common.DEVICE_FEATURE,
        driverSelect: Common.DRIVER_FEATURE_SELECT,
        driver: Common.DRIVER_FEATURE,
      }),
      register(Common.CONFIG_MSIX_VECTOR, 2, () => NO_VECTOR),
      register(Common.NUM_QUEUES, 2, () => device.queues.findLastIndex(({ maxSize }) => maxSize > 0) + 1),
      register(
        Common.DEVICE_STATUS,
        1,
        () => device.status,
        (value) => {
          registers.writeStatus(value);
        },
      ),
      register(Common.CONFIG_GENERATION, 1, () => device.readGeneration()),
      registers.selector(Common.QUEUE_SELECT, 2, "queue"),
    ];
  }

  #queueRegisters(): Register[] {
    const registers = this.#registers;
    const queueNumber = (): number => registers.selection.queue;
    return [
      register(
        Common.QUEUE_SIZE,
        2,
        () => registers.queue?.size ?? 0,
        (value) => {
          registers.resizeQueue(value);
        },
      ),
      register(Common.QUEUE_MSIX_VECTOR, 2, () => NO_VECTOR),
      register(
        Common.QUEUE_ENABLE,
        2,
        () => Number(registers.queue?.enabled ?? false),
        (value) => {
          // §4.1.4.3.2: a driver must not write 0.
          if (value === 1) registers.enableQueue();
        },
      ),
      register(Common.QUEUE_NOTIFY_OFF, 2, queueNumber),
      ...registers.addressRegisters(Common.QUEUE_DESC, "descriptors"),
      ...registers.addressRegisters(Common.QUEUE_DRIVER, "driver"),
      ...registers.addressRegisters(Common.QUEUE_DEVICE, "device"),
      register(Common.QUEUE_NOTIFY_DATA, 2, queueNumber),
      register(
        Common.QUEUE_RESET,
        2,
        // A reset has finished when the write returns.
        () => 0,
        (value) => {
          registers.writeQueueReset(value);
        },
      ),
    ];
  }
}
