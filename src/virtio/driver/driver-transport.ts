import type { FeatureBits } from "../feature-bits.ts";
import type { RegisterAccess } from "../register-access.ts";
import type { RingPlaces } from "../ring-layout.ts";

/**
 * How a driver accesses a device's registers, for any kind of transport. Each method selects the queue or window it
 * needs.
 */
export interface DriverTransport {
  /** Whether the device answers the driver's choice of features. A legacy device does not. */
  readonly hasFeaturesOk: boolean;
  /** Alignment of the used ring. */
  readonly ringAlignment: number;
  /** The status register: bits of {@link Status}. */
  readStatus(): number;
  /** Writes the status register; 0 resets the device. */
  writeStatus(status: number): void;
  /** Features the device offers. */
  readFeatures(): FeatureBits;
  /** Writes the driver's choice of features. */
  writeFeatures(features: FeatureBits): void;
  /** The size that the device proposes for a queue. */
  queueSize(index: number): number;
  /** Tells the device where the queue's rings are, and that it may use them. `size` is in descriptors. */
  enableQueue(index: number, size: number, rings: RingPlaces): void;
  /** Resets the queue alone. */
  resetQueue(index: number): void;
  /** Kicks the queue. The device handles it before this returns. */
  notify(index: number): void;
  /** Reads `width` bytes of the device configuration at `offset`. */
  readConfig(offset: number, width: number): number;
  /** Writes `width` bytes of the device configuration at `offset`. */
  writeConfig(offset: number, width: number, value: number): void;
  /** Reads and clears the interrupt status. */
  takeInterrupts(): number;
}

/** A class of transport for the registers of one device. */
export type DriverTransportClass = new (registers: RegisterAccess) => DriverTransport;

/** The number of 32-bit windows that a driver reads to see all features. */
export const FEATURE_WINDOWS = 4;

/** Writes a 64-bit address as two halves, the low half first. */
export function writeAddress(registers: RegisterAccess, offset: number, address: number): void {
  registers.write(offset, 4, address >>> 0);
  registers.write(offset + 4, 4, Math.floor(address / 2 ** 32));
}
