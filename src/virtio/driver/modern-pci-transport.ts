import { check } from "../../options/index.ts";
import { featureWindow } from "../feature-bits.ts";
import type { FeatureBits } from "../feature-bits.ts";
import { Bar, Common } from "../pci/bar-layout.ts";
import { REGISTER_ACCESS } from "../register-access.ts";
import type { RegisterAccess } from "../register-access.ts";
import { RING_ALIGNMENT } from "../ring-layout.ts";
import type { RingPlaces } from "../ring-layout.ts";
import { FEATURE_WINDOWS, writeAddress } from "./driver-transport.ts";
import type { DriverTransport } from "./driver-transport.ts";

/** Drives the registers of a `ModernBar`. */
export class ModernPciTransport implements DriverTransport {
  readonly hasFeaturesOk = true;
  readonly ringAlignment: number = RING_ALIGNMENT;
  readonly #bar: RegisterAccess;

  /** @throws TypeError unless `bar` has the methods of a register bank */
  constructor(bar: RegisterAccess) {
    check("bar", REGISTER_ACCESS, bar);
    this.#bar = bar;
  }

  readStatus(): number {
    return this.#bar.read(Common.DEVICE_STATUS, 1);
  }

  writeStatus(status: number): void {
    this.#bar.write(Common.DEVICE_STATUS, 1, status);
  }

  readFeatures(): FeatureBits {
    let features = 0n;
    for (let window = 0; window < FEATURE_WINDOWS; window++) {
      this.#bar.write(Common.DEVICE_FEATURE_SELECT, 4, window);
      features |= BigInt(this.#bar.read(Common.DEVICE_FEATURE, 4)) << BigInt(32 * window);
    }
    return features;
  }

  writeFeatures(features: FeatureBits): void {
    for (let window = 0; window < FEATURE_WINDOWS; window++) {
      this.#bar.write(Common.DRIVER_FEATURE_SELECT, 4, window);
      this.#bar.write(Common.DRIVER_FEATURE, 4, featureWindow(features, window));
    }
  }

  queueSize(index: number): number {
    this.#select(index);
    return this.#bar.read(Common.QUEUE_SIZE, 2);
  }

  enableQueue(index: number, size: number, { descriptors, driver, device }: RingPlaces): void {
    this.#select(index);
    this.#bar.write(Common.QUEUE_SIZE, 2, size);
    writeAddress(this.#bar, Common.QUEUE_DESC, descriptors);
    writeAddress(this.#bar, Common.QUEUE_DRIVER, driver);
    writeAddress(this.#bar, Common.QUEUE_DEVICE, device);
    this.#bar.write(Common.QUEUE_ENABLE, 2, 1);
  }

  resetQueue(index: number): void {
    this.#select(index);
    this.#bar.write(Common.QUEUE_RESET, 2, 1);
  }

  /**
   * Kicks queue `index`. Each queue has its own notification offset; in this device it follows from the queue number.
   */
  notify(index: number): void {
    this.#bar.write(Bar.NOTIFY + index * Bar.NOTIFY_MULTIPLIER, 2, index);
  }

  readConfig(offset: number, width: number): number {
    return this.#bar.read(Bar.DEVICE + offset, width);
  }

  writeConfig(offset: number, width: number, value: number): void {
    this.#bar.write(Bar.DEVICE + offset, width, value);
  }

  takeInterrupts(): number {
    return this.#bar.read(Bar.ISR, 1);
  }

  #select(index: number): void {
    this.#bar.write(Common.QUEUE_SELECT, 2, index);
  }
}
