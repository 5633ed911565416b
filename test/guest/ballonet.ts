import { bootTinyGuest, type TinyGuest, type TinyGuestOptions } from "../../src/guest/tiny-guest.ts";
import { attachBalloon, type V86Balloon, type V86BalloonOptions } from "../../src/v86/index.ts";
import { fnv1a, MEMORY_BYTES, range } from "./own-balloon.ts";

export interface Machine {
  readonly guest: TinyGuest;
  readonly balloon: V86Balloon;
}

/** Boots the guest with this package's balloon attached. */
export async function bootOnBallonet(
  options: Partial<TinyGuestOptions> = {},
  balloonOptions: V86BalloonOptions = {},
): Promise<Machine> {
  let balloon: V86Balloon | undefined;
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    prepare: (emulator) => {
      balloon = attachBalloon(emulator, balloonOptions);
    },
    ...options,
  });
  return { guest, balloon: balloon! };
}

/** Sets the target and waits until the guest has reached it; resolves with the guest's `settled` line. */
export function setTarget({ guest, balloon }: Machine, frames: number): Promise<string> {
  const settled = guest.waitFor(`settled ballooned=${frames} `);
  balloon.target = frames * 4096;
  return settled;
}

/** What `report` must say if the guest and the device agree on every page. */
export function expectedReport({ balloon }: Machine): RegExp {
  const runs = balloon.device.pages.allRuns();
  const pfns = Array.from({ length: runs.length / 2 }, (_, i) =>
    range(runs[2 * i]!, runs[2 * i + 1]!),
  ).flat();
  return new RegExp(`^ballooned count=${pfns.length} .* runs=${runs.length / 2} fnv=${fnv1a(pfns)} `);
}
