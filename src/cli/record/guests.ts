import type { V86 } from "v86";
import type { Balloon } from "../../balloon/index.ts";
import { TINY_GUEST_DRIVERS } from "../../guest/running-tiny-guest.ts";
import type { TinyGuestDriver } from "../../guest/running-tiny-guest.ts";
import type { V86Balloon } from "../../v86/index.ts";
import { MIB } from "../options.ts";

const TINY_BYTES = 128 * MIB;

/** Attaches the balloon that will be recorded. */
export type Attach = (emulator: V86) => V86Balloon;

/** A guest whose driver has found the balloon. */
export interface RecordedGuest {
  readonly device: Balloon;
  readonly name: string;
  readonly destroy: () => Promise<void>;
}

/** A guest that can be recorded. */
export interface RecordGuest {
  /** Its name for `--driver`, or the path of its kernel. */
  readonly name: string;
  /** Size of guest memory. */
  readonly memoryBytes: number;
  /** Boots the guest with a balloon. */
  readonly boot: (attach: Attach, onProgress: (text: string) => void) => Promise<RecordedGuest>;
}

/** The embedded guest with each of its drivers. */
export const TINY_RECORD_GUESTS: readonly RecordGuest[] = TINY_GUEST_DRIVERS.map((name) => ({
  name,
  memoryBytes: TINY_BYTES,
  boot: (attach) => bootTiny(name, attach),
}));

async function bootTiny(driver: TinyGuestDriver, attach: Attach): Promise<RecordedGuest> {
  const { bootTinyGuestWith } = await import("../../guest/tiny-guest.ts");
  const options = { driver, memoryBytes: TINY_BYTES };
  const { guest, balloon } = await bootTinyGuestWith((emulator) => ({ balloon: attach(emulator) }), options);
  return { device: balloon.device, name: `embedded, driver ${driver}`, destroy: () => guest.destroy() };
}
