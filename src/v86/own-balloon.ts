import { Status } from "../virtio/index.ts";

/** Index in the state of v86's virtio devices. */
const DEVICE_STATUS = 5;

/** Whether a saved balloon is v86's own and has a running driver. */
export function driverOfOwnBalloon(saved: unknown): boolean {
  if (!Array.isArray(saved) || !Array.isArray(saved[0])) return false;
  const status = (saved[0] as unknown[])[DEVICE_STATUS];
  return typeof status === "number" && (status & Status.DRIVER_OK) !== 0;
}
