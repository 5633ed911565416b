import type { Balloon } from "../../src/balloon/index.ts";
import { deviceOf } from "../../src/virtio/virtio-face.ts";
import type { DeviceModel, VirtioDevice } from "../../src/virtio/index.ts";

/** The virtio device behind a balloon. */
export function virtioOf(balloon: Balloon): VirtioDevice {
  return deviceOf(balloon);
}

/** The part of a balloon that its virtio device calls. */
export function modelOf(balloon: Balloon): DeviceModel {
  return virtioOf(balloon).model;
}
