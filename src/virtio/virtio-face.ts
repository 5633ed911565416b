import { describe } from "../options/index.ts";
import { VirtioDevice } from "./virtio-device.ts";

/** The name under which the public face of a device keeps what register banks work on. */
export const DEVICE: unique symbol = Symbol("virtio device");

/** What has virtio registers: a `Balloon`. */
export interface VirtioFace {
  /** @internal */
  readonly [DEVICE]: VirtioDevice;
}

/** The device behind `face`. @throws TypeError when there is none */
export function deviceOf(face: VirtioFace | VirtioDevice): VirtioDevice {
  if (face instanceof VirtioDevice) return face;
  const device = (face as Partial<VirtioFace> | null | undefined)?.[DEVICE];
  if (device === undefined) throw new TypeError(`device: expected a Balloon, got ${describe(face)}`);
  return device;
}
