import { check } from "../../options/index.ts";
import { featureWindow } from "../feature-bits.ts";
import type { FeatureBits } from "../feature-bits.ts";
import { Legacy } from "../pci/bar-layout.ts";
import { REGISTER_ACCESS } from "../register-access.ts";
import type { RegisterAccess } from "../register-access.ts";
import { LEGACY_RING_ALIGNMENT } from "../ring-layout.ts";
import type { RingPlaces } from "../ring-layout.ts";
import type { DriverTransport } from "./driver-transport.ts";

/** Drives the registers of a `LegacyBar`. Only the device decides the size of a queue. */
export class LegacyPciTransport implements DriverTransport {
  readonly hasFeaturesOk = false;
  readonly ringAlignment: number = LEGACY_RING_ALIGNMENT;
  readonly #bar: RegisterAccess;

  /** @throws TypeError unless `bar` has the methods of a register bank */
  constructor(bar: RegisterAccess) {
    check("bar", REGISTER_ACCESS, bar);
    this.#bar = bar;
  }

  readStatus(): number {
    return this.#bar.read(Legacy.DEVICE_STATUS, 1);
  }

  writeStatus(status: number): void {
    this.#bar.write(Legacy.DEVICE_STATUS, 1, status);
  }

  readFeatures(): FeatureBits {
    return BigInt(this.#bar.read(Legacy.DEVICE_FEATURES, 4));
  }

  writeFeatures(features: FeatureBits): void {
    this.#bar.write(Legacy.DRIVER_FEATURES, 4, featureWindow(features, 0));
  }

  queueSize(index: number): number {
    this.#select(index);
    return this.#bar.read(Legacy.QUEUE_SIZE, 2);
  }

  enableQueue(index: number, _size: number, { descriptors }: RingPlaces): void {
    this.#select(index);
    this.#bar.write(Legacy.QUEUE_PFN, 4, descriptors / LEGACY_RING_ALIGNMENT);
  }

  resetQueue(index: number): void {
    this.#select(index);
    this.#bar.write(Legacy.QUEUE_PFN, 4, 0);
  }

  notify(index: number): void {
    this.#bar.write(Legacy.QUEUE_NOTIFY, 2, index);
  }

  readConfig(offset: number, width: number): number {
    return this.#bar.read(Legacy.DEVICE + offset, width);
  }

  /** Writes byte by byte, as legacy drivers do. */
  writeConfig(offset: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) {
      this.#bar.write(Legacy.DEVICE + offset + i, 1, (value >>> (8 * i)) & 0xff);
    }
  }

  takeInterrupts(): number {
    return this.#bar.read(Legacy.ISR, 1);
  }

  #select(index: number): void {
    this.#bar.write(Legacy.QUEUE_SELECT, 2, index);
  }
}
