import { Feature, hasFeature } from "../negotiation/index.ts";
import type { DeviceRevision, FeatureSet } from "../negotiation/index.ts";
import type { VirtioDevice } from "../virtio/index.ts";

/** Offsets in struct virtio_balloon_config, VIRTIO 1.3 §5.5.4; all fields are le32. */
export const ConfigField = { NUM_PAGES: 0, ACTUAL: 4, FREE_PAGE_HINT_CMD_ID: 8, POISON_VAL: 12 } as const;

/** The fields that the driver may write. */
export type WritableField = typeof ConfigField.ACTUAL | typeof ConfigField.POISON_VAL;

/** The features the device offers, and its revision. Stays in force until the device is restored. */
export interface Offer {
  readonly revision: DeviceRevision;
  readonly features: FeatureSet;
}

/** The device's configuration space. Its length depends on the features the device offers. */
export class BalloonConfig {
  readonly #bytes = new DataView(new ArrayBuffer(16));
  readonly #virtio: VirtioDevice;
  offer: Offer;

  constructor(virtio: VirtioDevice, offer: Offer) {
    this.#virtio = virtio;
    this.offer = offer;
  }

  get(field: number): number {
    return this.#bytes.getUint32(field, true);
  }

  set(field: number, value: number): void {
    this.#bytes.setUint32(field, value, true);
  }

  /** Sets a field and notifies the driver, if it is up. */
  announce(field: number, value: number): void {
    this.set(field, value);
    this.#virtio.configChanged();
  }

  /** Reads any bytes at any offset. Bytes beyond the end are 0. */
  read(offset: number, width: number): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.#byte(offset + i);
    return value;
  }

  /** Writes a whole field, if the driver may write it. Returns the field, or undefined if nothing was written. */
  write(offset: number, width: number, value: number): WritableField | undefined {
    if (width !== 4 || (offset !== ConfigField.ACTUAL && offset !== ConfigField.POISON_VAL)) return undefined;
    if (offset + width > configLength(this.offer.features)) return undefined;
    this.set(offset, value);
    return offset;
  }

  #byte(offset: number): number {
    return offset < configLength(this.offer.features) ? this.#bytes.getUint8(offset) : 0;
  }
}

function configLength(offered: FeatureSet): number {
  if (hasFeature(offered, Feature.PAGE_POISON)) return 16;
  return hasFeature(offered, Feature.FREE_PAGE_HINT) ? 12 : 8;
}
