import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import type { TinyGuest, TinyGuestOptions } from "../../src/guest/tiny-guest.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../src/v86/index.ts";

export const MEMORY_BYTES: number = 16 * 1024 * 1024;

/** A tiny guest in v86 with a balloon on a pinned host. */
export interface Machine {
  readonly guest: TinyGuest;
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
}

export async function bootMachine(
  balloonOptions: V86BalloonOptions = {},
  guestOptions: Partial<TinyGuestOptions> = {},
): Promise<Machine> {
  let host: RecordingHost | undefined;
  let balloon: V86Balloon | undefined;
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    ...guestOptions,
    prepare: (emulator) => {
      balloon = attachBalloon(emulator, {
        host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
        ...balloonOptions,
      });
    },
  });
  return { guest, balloon: balloon!, host: host! };
}

/** Moves the balloon to `frames` and waits until the guest is there. */
export async function settle({ guest, balloon }: Machine, frames: number): Promise<void> {
  const settled = guest.waitFor(`settled ballooned=${frames}`);
  balloon.target = frames * 4096;
  await settled;
}

/** `name=value` of the guest's reply to `command`. */
export async function ask({ guest }: Machine, command: string, name: string): Promise<string | undefined> {
  return new RegExp(`\\b${name}=(\\S+)`).exec(await guest.command(command))?.[1];
}

/** Resolves once `condition` holds. @throws Error after ten seconds */
export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition();) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
