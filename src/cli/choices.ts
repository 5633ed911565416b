import type { DeviceClass } from "../negotiation/index.ts";
import type { TinyGuestDriver } from "./guest/tiny-guest.ts";

/** Guests a command can boot: the embedded one with one of its drivers, or Linux. */
export const GUESTS: readonly (TinyGuestDriver | "linux")[] = [
  "polite",
  "silent",
  "buggy",
  "hostile",
  "linux",
];

export const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];
