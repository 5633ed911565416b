import type { Balloon } from "../../src/balloon/index.ts";
import { deviceOf } from "../../src/virtio/virtio-face.ts";
import type { DeviceModel, VirtioDevice } from "../../src/virtio/index.ts";

/** The virtio device behind a balloon. */
export function virtioOf(balloon: Balloon): VirtioDevice {
  return deviceOf(balloon);
}

/** What the virtio device of a balloon calls. */
export function modelOf(balloon: Balloon): DeviceModel {
  return virtioOf(balloon).model;
}
