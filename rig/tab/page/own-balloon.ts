import type { V86 } from "v86";
import type { V86Like, VirtioBalloon } from "../../../src/v86/index.ts";

/** The balloon in v86's place for it: v86's own, or ours with the same members. */
export function balloonIn(emulator: V86): VirtioBalloon {
  const { virtio_balloon } = (emulator as unknown as V86Like).v86.cpu.devices;
  if (virtio_balloon === undefined || virtio_balloon === null) throw new Error("the machine has no balloon");
  return virtio_balloon as VirtioBalloon;
}
