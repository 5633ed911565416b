/// <reference lib="esnext.disposable" preserve="true" />
import { describe } from "../options/index.ts";
import type { VirtioDevice } from "./virtio-device.ts";

/** The device behind each face. Not a static member, because bundlers would keep that even if no device is used. */
const DEVICES = new WeakMap<VirtioFace, VirtioDevice>();

/** The public face of a virtio device, which register banks accept: a `Balloon`. The device itself is private. */
export abstract class VirtioFace {
  /** Makes the type nominal: no other object matches it. */
  declare private readonly face: never;

  /**
   * @param virtio the device behind this face; without it, this object is the device itself
   * @internal
   */
  protected constructor(virtio?: VirtioDevice) {
    DEVICES.set(this, virtio ?? (this as unknown as VirtioDevice));
  }

  /** Ends the device: its timers and its listeners. */
  abstract dispose(): void;

  /**
   * The same as `dispose`, for `using`. Defined in this class because webpack keeps everything that a class with such a
   * name uses.
   */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Returns the device behind `face`. @throws TypeError if there is no device behind it */
export function deviceOf(face: VirtioFace): VirtioDevice {
  const device = DEVICES.get(face);
  if (device === undefined) throw new TypeError(`device: expected a Balloon, got ${describe(face)}`);
  return device;
}
