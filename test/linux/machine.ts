import { bootLinuxWith } from "../../src/cli/guest/linux-balloon.ts";
import type { LinuxGuest, LinuxOptions } from "../../src/cli/guest/linux-guest.ts";
import { settle as settleDevice } from "../../src/cli/guest/settle.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../src/v86/index.ts";

/** Before a test's own time is up. */
const SETTLE_TIMEOUT_MS = 50_000;

export interface LinuxMachine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
}

/** Linux with our balloon; the state after its first boot is kept under `cacheKey`, which names the options. */
export function bootWithBalloon(
  cacheKey: string,
  options: V86BalloonOptions,
  linux: Partial<LinuxOptions> = {},
): Promise<LinuxMachine> {
  return bootLinuxWith((emulator) => ({ balloon: attachBalloon(emulator, options) }), {
    cacheKey,
    ...linux,
  });
}

/** Moves the balloon to `frames` and waits until Linux is there and says so. */
export async function settle({ balloon }: LinuxMachine, frames: number): Promise<void> {
  const from = balloon.device.pages.count;
  const before = balloon.counters().batches;
  const ms = await settleDevice(balloon.device, frames, undefined, SETTLE_TIMEOUT_MS);
  const { inflate, deflate } = balloon.counters().batches;
  const batches = inflate - before.inflate + deflate - before.deflate;
  note(`${from} to ${frames} pages: ${batches} batches, ${Math.round(ms)} ms`);
}

/** Prints a measured number: docs/linux-guest.md quotes them. */
export function note(text: string): void {
  console.info(`measured: ${text}`);
}

/** Resolves once `condition` holds. @throws Error after most of a minute */
export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 50_000; !condition();) {
    if (Date.now() > end) throw new Error(`not within 50 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A count of /proc/vmstat. */
export async function vmstat({ guest }: LinuxMachine, name: string): Promise<number> {
  return Number((await guest.shell(`grep '^${name} ' /proc/vmstat`)).split(" ")[1]);
}
