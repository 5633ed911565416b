import type { V86 } from "v86";
import { startTinyGuest } from "./running-tiny-guest.ts";
import type { TinyGuest } from "./running-tiny-guest.ts";
import { loadEmulator } from "./tiny-guest-emulator.ts";
import type { BootOptions } from "./tiny-guest-emulator.ts";

export type { TinyGuest, TinyGuestDriver, TinyGuestOptions } from "./running-tiny-guest.ts";
export { GuestTimeoutError } from "./tiny-guest-lines.ts";

/** Boots the guest with what `attach` attaches to an emulator that does not run yet. */
export async function bootTinyGuestWith<Parts extends object>(
  attach: (emulator: V86) => Parts,
  options: Omit<BootOptions, "prepare">,
): Promise<Parts & { readonly guest: TinyGuest }> {
  let parts: Parts | undefined;
  const guest = await bootTinyGuest({
    ...options,
    prepare: (emulator) => {
      parts = attach(emulator);
    },
  });
  return { ...parts!, guest };
}

/** Boots guest/tiny.elf in v86. Resolves when the guest has started its driver. */
export async function bootTinyGuest(options: BootOptions): Promise<TinyGuest> {
  return startTinyGuest(await loadEmulator(options), options);
}
