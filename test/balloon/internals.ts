import type { Balloon } from "../../src/balloon/index.ts";
import { DEVICE } from "../../src/virtio/index.ts";
import type { DeviceModel, VirtioDevice } from "../../src/virtio/index.ts";

/** The virtio device behind a balloon. */
export function virtioOf(balloon: Balloon): VirtioDevice {
  return balloon[DEVICE];
}

/** What the virtio device of a balloon calls. */
export function modelOf(balloon: Balloon): DeviceModel {
  return virtioOf(balloon).model;
}
