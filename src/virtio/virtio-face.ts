/// <reference lib="esnext.disposable" preserve="true" />
import { describe } from "../options/index.ts";
import type { VirtioDevice } from "./virtio-device.ts";

/** The devices behind faces. Not a static member, which bundlers would keep where no device is used. */
const DEVICES = new WeakMap<VirtioFace, VirtioDevice>();

/** What register banks work on: a `Balloon`. The virtio device is behind it and private. */
export abstract class VirtioFace {
  /** For types: no other object will do. */
  declare private readonly face: never;

  /**
   * @param virtio the device behind this; without one, this is a device itself
   * @internal
   */
  protected constructor(virtio?: VirtioDevice) {
    DEVICES.set(this, virtio ?? (this as unknown as VirtioDevice));
  }

  /** Ends the device: its timers and its listeners. */
  abstract dispose(): void;

  /** As `dispose`, for `using`. It is here since webpack keeps all that a class with such a name uses. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The device behind `face`. @throws TypeError when there is none */
export function deviceOf(face: VirtioFace): VirtioDevice {
  const device = DEVICES.get(face);
  if (device === undefined) throw new TypeError(`device: expected a Balloon, got ${describe(face)}`);
  return device;
}
