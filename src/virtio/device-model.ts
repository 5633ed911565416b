import type { FeatureBits } from "./feature-bits.ts";

/** A kind of virtio device, as its transport-independent half (`VirtioDevice`) sees it. */
export interface DeviceModel {
  /** Device ID, VIRTIO 1.3 §5; 5 for the traditional memory balloon. */
  readonly deviceId: number;
  readonly offeredFeatures: FeatureBits;
  /**
   * Decides which queues there are, given the features that are negotiated — or, before FEATURES_OK, offered. Returns the
   * largest size of each.
   */
  sizeQueues(features: FeatureBits, negotiated: boolean): readonly number[];
  /**
   * The driver's final choice; false refuses it. A legacy driver cannot be refused (it sets no FEATURES_OK): the device
   * then asks for a reset.
   */
  acceptFeatures(accepted: FeatureBits, legacy: boolean): boolean;
  /** The driver made chains available in queue `index`, which is enabled. */
  notified(index: number): void;
  /** Queue `index` was reset alone: no chain of it may be returned any more. */
  queueReset(index: number): void;
  /** Device configuration: `width` is 1, 2 or 4 bytes, `offset` any non-negative number. */
  readConfig(offset: number, width: number): number;
  /** The driver's write; of `value` the low `width` bytes count. */
  writeConfig(offset: number, width: number, value: number): void;
  /** The status register is as the driver will read it: what a change of it caused may be told to others. */
  settled?(): void;
  /** Driver-initiated reset, or a reset of the machine. */
  reset(): void;
}
