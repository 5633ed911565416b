import { Status } from "../virtio/index.ts";
import type { SavedBalloon } from "./state-codec.ts";

/** Device and vendor of a balloon, as the first word of its configuration space: modern; legacy or transitional. */
const BALLOON_IDS = [0x1045_1af4, 0x1002_1af4];

/** Of the state of v86's virtio devices. */
const DEVICE_STATUS = 5;

/**
 * The PCI slot a balloon was saved in. States of before that was kept say it by the configuration spaces of the machine.
 * @param spaces by pci_id, where there are any
 */
export function savedSlot({ slot }: SavedBalloon, spaces: unknown): number | undefined {
  if (slot !== undefined || !Array.isArray(spaces)) return slot;
  const pci_id = spaces.findIndex((space) => space instanceof Int32Array && BALLOON_IDS.includes(space[0]!));
  return pci_id < 0 ? undefined : pci_id >> 3;
}

/** Whether a saved balloon is v86's own, with a driver that runs. */
export function driverOfOwnBalloon(saved: unknown): boolean {
  if (!Array.isArray(saved) || !Array.isArray(saved[0])) return false;
  const status = (saved[0] as unknown[])[DEVICE_STATUS];
  return typeof status === "number" && (status & Status.DRIVER_OK) !== 0;
}
