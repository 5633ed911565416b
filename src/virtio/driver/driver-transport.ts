import type { FeatureBits } from "../feature-bits.ts";
import type { RegisterAccess } from "../register-access.ts";
import type { RingPlaces } from "../ring-layout.ts";

/** How a driver does things with a device's registers, whichever they are. Selects before each access by itself. */
export interface DriverTransport {
  /** Whether the device answers to the driver's choice of features; a legacy one does not. */
  readonly hasFeaturesOk: boolean;
  /** Alignment of the used ring. */
  readonly ringAlignment: number;
  /** The status register: bits of {@link Status}. */
  readStatus(): number;
  /** 0 resets the device. */
  writeStatus(status: number): void;
  /** Features the device offers. */
  readFeatures(): FeatureBits;
  /** The driver's choice. */
  writeFeatures(features: FeatureBits): void;
  /** Size the device proposes for a queue. */
  queueSize(index: number): number;
  /** Tells the device where the queue's rings are, and that it may use them. `size` in descriptors. */
  enableQueue(index: number, size: number, rings: RingPlaces): void;
  /** Takes the queue alone from the device. */
  resetQueue(index: number): void;
  /** Kicks the queue: the device handles it before this returns. */
  notify(index: number): void;
  /** Device configuration: `width` bytes at `offset`. */
  readConfig(offset: number, width: number): number;
  /** Device configuration: `width` bytes at `offset`. */
  writeConfig(offset: number, width: number, value: number): void;
  /** Reads and clears the interrupt status. */
  takeInterrupts(): number;
}

/** A kind of transport: made for the registers of one device. */
export type DriverTransportClass = new (registers: RegisterAccess) => DriverTransport;

/** 32-bit windows a driver has to go through to see all features. */
export const FEATURE_WINDOWS = 4;

/** Writes a 64-bit address as two halves, low one first. */
export function writeAddress(registers: RegisterAccess, offset: number, address: number): void {
  registers.write(offset, 4, address >>> 0);
  registers.write(offset + 4, 4, Math.floor(address / 2 ** 32));
}
