import type { FeatureBits } from "./feature-bits.ts";

/** The part of a virtio device that is specific to its kind. `VirtioDevice` is the common part. */
export interface DeviceModel {
  /** Device ID, VIRTIO 1.3 §5; 5 for the traditional memory balloon. */
  readonly deviceId: number;
  readonly offeredFeatures: FeatureBits;
  /**
   * Decides which queues exist. `features` are the negotiated features, or the offered ones before FEATURES_OK. Returns
   * the largest size of each queue.
   */
  sizeQueues(features: FeatureBits, negotiated: boolean): readonly number[];
  /**
   * Called with the driver's final choice of features. Returns false to refuse it. A legacy driver sets no FEATURES_OK
   * and cannot be refused, so the device then asks for a reset.
   */
  acceptFeatures(accepted: FeatureBits, legacy: boolean): boolean;
  /** Serves queue `index`, which is enabled. Returns false if the driver has made no chain available. */
  notified(index: number): boolean;
  /** Queue `index` was reset alone. None of its chains may be returned any more. */
  queueReset(index: number): void;
  /** Reads the device configuration: `width` is 1, 2 or 4 bytes, `offset` is any non-negative number. */
  readConfig(offset: number, width: number): number;
  /** Called when the driver writes the device configuration. Only the low `width` bytes of `value` count. */
  writeConfig(offset: number, width: number, value: number): void;
  /** The status register has the value that the driver will read. Events that its change caused may be sent now. */
  settled?(): void;
  /** The driver reset the device, or the machine was reset. */
  reset(): void;
}
