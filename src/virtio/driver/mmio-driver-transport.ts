import { check } from "../../options/index.ts";
import { featureWindow } from "../feature-bits.ts";
import type { FeatureBits } from "../feature-bits.ts";
import { LegacyMmio, Mmio } from "../mmio/mmio-layout.ts";
import { REGISTER_ACCESS } from "../register-access.ts";
import type { RegisterAccess } from "../register-access.ts";
import { LEGACY_RING_ALIGNMENT, RING_ALIGNMENT } from "../ring-layout.ts";
import type { RingPlaces } from "../ring-layout.ts";
import { FEATURE_WINDOWS, writeAddress } from "./driver-transport.ts";
import type { DriverTransport } from "./driver-transport.ts";

const LEGACY_VERSION = 1;
/** Size of this driver's pages. */
const PAGE_BYTES = 4096;

/** Drives the registers of an `MmioTransport`, of the version that they say they have. */
export class MmioDriverTransport implements DriverTransport {
  readonly hasFeaturesOk: boolean;
  readonly ringAlignment: number;
  readonly #registers: RegisterAccess;

  /** @throws TypeError unless `registers` has the methods of a register bank */
  constructor(registers: RegisterAccess) {
    check("registers", REGISTER_ACCESS, registers);
    this.#registers = registers;
    this.hasFeaturesOk = this.#read(Mmio.VERSION) !== LEGACY_VERSION;
    this.ringAlignment = this.hasFeaturesOk ? RING_ALIGNMENT : LEGACY_RING_ALIGNMENT;
  }

  readStatus(): number {
    return this.#read(Mmio.STATUS);
  }

  writeStatus(status: number): void {
    this.#write(Mmio.STATUS, status);
  }

  readFeatures(): FeatureBits {
    let features = 0n;
    for (let window = 0; window < FEATURE_WINDOWS; window++) {
      this.#write(Mmio.DEVICE_FEATURES_SEL, window);
      features |= BigInt(this.#read(Mmio.DEVICE_FEATURES)) << BigInt(32 * window);
    }
    return features;
  }

  writeFeatures(features: FeatureBits): void {
    for (let window = 0; window < FEATURE_WINDOWS; window++) {
      this.#write(Mmio.DRIVER_FEATURES_SEL, window);
      this.#write(Mmio.DRIVER_FEATURES, featureWindow(features, window));
    }
  }

  queueSize(index: number): number {
    this.#write(Mmio.QUEUE_SEL, index);
    return this.#read(Mmio.QUEUE_SIZE_MAX);
  }

  enableQueue(index: number, size: number, { descriptors, driver, device }: RingPlaces): void {
    this.#write(Mmio.QUEUE_SEL, index);
    this.#write(Mmio.QUEUE_SIZE, size);
    if (!this.hasFeaturesOk) {
      this.#write(LegacyMmio.GUEST_PAGE_SIZE, PAGE_BYTES);
      this.#write(LegacyMmio.QUEUE_ALIGN, this.ringAlignment);
      this.#write(LegacyMmio.QUEUE_PFN, descriptors / PAGE_BYTES);
      return;
    }
    writeAddress(this.#registers, Mmio.QUEUE_DESC, descriptors);
    writeAddress(this.#registers, Mmio.QUEUE_DRIVER, driver);
    writeAddress(this.#registers, Mmio.QUEUE_DEVICE, device);
    this.#write(Mmio.QUEUE_READY, 1);
  }

  resetQueue(index: number): void {
    this.#write(Mmio.QUEUE_SEL, index);
    if (this.hasFeaturesOk) this.#write(Mmio.QUEUE_RESET, 1);
    else this.#write(LegacyMmio.QUEUE_PFN, 0);
  }

  notify(index: number): void {
    this.#write(Mmio.QUEUE_NOTIFY, index);
  }

  readConfig(offset: number, width: number): number {
    return this.#registers.read(Mmio.CONFIG + offset, width);
  }

  writeConfig(offset: number, width: number, value: number): void {
    this.#registers.write(Mmio.CONFIG + offset, width, value);
  }

  takeInterrupts(): number {
    const bits = this.#read(Mmio.INTERRUPT_STATUS);
    this.#write(Mmio.INTERRUPT_ACK, bits);
    return bits;
  }

  #read(offset: number): number {
    return this.#registers.read(offset, 4);
  }

  #write(offset: number, value: number): void {
    this.#registers.write(offset, 4, value);
  }
}
