import { describe, readOptions } from "../options/index.ts";
import { V86_BALLOON_OPTIONS } from "./options.ts";
import type { V86BalloonOptions } from "./options.ts";
import { V86Balloon } from "./v86-balloon.ts";
import type { V86Like } from "./v86-like.ts";

/**
 * Attaches a virtio-balloon to an unmodified v86 machine, from outside.
 *
 * Call it after the event "emulator-loaded": before the guest boots (`autostart: false`, attach, `run()`), or in a
 * running guest, which then finds the device with a rescan of its PCI bus.
 * @throws TypeError when the emulator has not loaded; Error when it has v86's own balloon or the PCI slot is taken;
 * TypeError or RangeError for wrong options
 */
export function attach_balloon(emulator: object, options?: V86BalloonOptions): V86Balloon {
  const read = readOptions("attach_balloon", V86_BALLOON_OPTIONS, options);
  if (!isLoaded(emulator)) {
    throw new TypeError(
      `emulator: expected a V86 after its event "emulator-loaded", got ${describe(emulator)}`,
    );
  }
  if (emulator.v86.cpu.devices.virtio_balloon !== undefined) {
    throw new Error(
      "attach_balloon: the machine has a balloon already; leave out v86's option virtio_balloon",
    );
  }
  return new V86Balloon(emulator, read);
}

function isLoaded(emulator: unknown): emulator is V86Like {
  const v86 = (emulator as Partial<V86Like> | null | undefined)?.v86;
  return (v86?.cpu as Partial<V86Like["v86"]["cpu"]> | undefined)?.devices?.pci !== undefined;
}
