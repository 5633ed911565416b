import type { Balloon } from "../../src/balloon/index.ts";
import type { GuestMemory, LinearMemory } from "../../src/memory/index.ts";
import { deviceOf } from "../../src/virtio/virtio-face.ts";
import type { DeviceModel, VirtioDevice } from "../../src/virtio/index.ts";

/** The virtio device behind a balloon. */
export function virtioOf(balloon: Balloon): VirtioDevice {
  return deviceOf(balloon);
}

/** The bytes of guest memory, if it is one region. */
export function ramOf(balloon: Balloon): Uint8Array {
  return (virtioOf(balloon).memory as GuestMemory & Pick<LinearMemory, "bytes">).bytes;
}

/** The part of a balloon that its virtio device calls. */
export function modelOf(balloon: Balloon): DeviceModel {
  return virtioOf(balloon).model;
}
