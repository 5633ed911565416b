import { bootLinux } from "../../src/cli/guest/linux-guest.ts";
import type { LinuxGuest, LinuxOptions } from "../../src/cli/guest/linux-guest.ts";
import { attach_balloon } from "../../src/v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../src/v86/index.ts";

export interface LinuxMachine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
}

/** Linux with our balloon; the state after its first boot is kept under `cacheKey`, which names the options. */
export async function bootWithBalloon(
  cacheKey: string,
  options: V86BalloonOptions,
  linux: Partial<LinuxOptions> = {},
): Promise<LinuxMachine> {
  let balloon: V86Balloon | undefined;
  const guest = await bootLinux({
    cacheKey,
    prepare: (emulator) => {
      balloon = attach_balloon(emulator, options);
    },
    restored: () => {
      if (balloon?.restore_refusal !== undefined) throw new Error(balloon.restore_refusal);
    },
    ...linux,
  });
  return { guest, balloon: balloon! };
}

/** Moves the balloon to `frames` and waits until Linux is there and says so. */
export async function settle({ balloon }: LinuxMachine, frames: number): Promise<void> {
  const started = performance.now();
  const from = balloon.device.held.count;
  const before = balloon.report().batches;
  balloon.target = frames * 4096;
  await until(() => balloon.device.held.count === frames && balloon.actual === frames);
  const { inflate, deflate } = balloon.report().batches;
  const batches = inflate - before.inflate + deflate - before.deflate;
  note(`${from} to ${frames} pages: ${batches} batches, ${Math.round(performance.now() - started)} ms`);
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

/** The standard output of a command that must succeed. */
export async function shell({ guest }: LinuxMachine, command: string, timeoutMs = 30_000): Promise<string> {
  const { output, code } = await guest.run(command, timeoutMs);
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${output}`);
  return output.trim();
}

/** A count of /proc/vmstat. */
export async function vmstat(machine: LinuxMachine, name: string): Promise<number> {
  return Number((await shell(machine, `grep '^${name} ' /proc/vmstat`)).split(" ")[1]);
}
