import type { TinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import type { Settings } from "../machine/settings.ts";

/** Something the guest can be told to do. */
export interface Action {
  readonly label: string;
  run: (guest: TinyGuest) => Promise<unknown>;
}

const REUSED = 500;
const STRIDE = 3;

const FRAGMENT: Action = {
  label: `Give every ${STRIDE}rd page first`,
  run: (guest) => guest.command(`fragment ${STRIDE}`),
};

const REUSE: Action = {
  label: `Reuse ${REUSED} pages silently`,
  run: (guest) => guest.command(`silent ${REUSED}`),
};

const TELL: Action = { label: "Tell the host about them", run: (guest) => guest.command("tell") };

const RESET: Action = { label: "Reset the driver", run: (guest) => guest.command("reset") };

const ATTACK: Action = { label: "Attack the device", run: attack };

/** What a driver of this kind can be told to do, in a sensible order. */
export function actionsOf(driver: Settings["driver"]): readonly Action[] {
  switch (driver) {
    case "polite":
      return [FRAGMENT, RESET];
    case "silent":
    case "refusing":
    case "reverting":
    case "buggy":
      return [REUSE, TELL, RESET];
    case "hostile":
      return [ATTACK, RESET];
    case "linux":
      return [];
  }
}

/** Every abuse that the guest knows, until one makes the device ask for a reset. */
async function attack(guest: TinyGuest): Promise<void> {
  const [, , ...kinds] = (await guest.command("abuse list")).split(" ");
  for (const kind of kinds) {
    const reply = await guest.command(`abuse ${kind}`);
    if (needsReset(reply)) await guest.command("reset");
  }
}

/** DEVICE_NEEDS_RESET is bit 6 of the status in the reply. */
function needsReset(reply: string): boolean {
  return (Number.parseInt(/status=([0-9a-f]+)/.exec(reply)?.[1] ?? "0", 16) & 0x40) !== 0;
}
