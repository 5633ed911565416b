import { startTinyGuest } from "./running-tiny-guest.ts";
import type { TinyGuest } from "./running-tiny-guest.ts";
import { loadEmulator } from "./tiny-guest-emulator.ts";
import type { BootOptions } from "./tiny-guest-emulator.ts";

export type { TinyGuest, TinyGuestDriver, TinyGuestOptions } from "./running-tiny-guest.ts";
export { GuestTimeoutError } from "./tiny-guest-lines.ts";

/** Boots guest/tiny.elf in v86 and resolves when it has started its driver. */
export async function bootTinyGuest(options: BootOptions): Promise<TinyGuest> {
  return startTinyGuest(await loadEmulator(options), options);
}
