import type { DeviceClass } from "../negotiation/index.ts";
import { TINY_GUEST_DRIVERS } from "../guest/running-tiny-guest.ts";
import type { TinyGuestDriver } from "../guest/tiny-guest.ts";

/** Guests a command can boot: the embedded one with one of its drivers, or Linux. */
export const GUESTS: readonly (TinyGuestDriver | "linux")[] = [...TINY_GUEST_DRIVERS, "linux"];

export const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];
