import { NodeHost, reclaiming_host } from "../../node/index.ts";
import { attach_balloon } from "../../v86/index.ts";
import type { V86Balloon } from "../../v86/index.ts";
import { bootLinux } from "../guest/linux-guest.ts";
import type { LinuxGuest } from "../guest/linux-guest.ts";

const COMMAND_TIMEOUT_MS = 120_000;
const BALLOON_TIMEOUT_MS = 60_000;

/** A Linux guest with a balloon, whose pages leave the process. */
export interface ReclaimMachine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
  readonly host: NodeHost;
}

/** Boots the guest, or restores it. @throws NodeHostError or LinuxUnavailableError where it cannot be had */
export async function bootReclaimMachine(
  memoryBytes: number,
  onProgress: (text: string) => void,
): Promise<ReclaimMachine> {
  let parts: { balloon: V86Balloon; host: NodeHost } | undefined;
  const guest = await bootLinux({
    cacheKey: "reclaim",
    memoryBytes,
    onProgress,
    prepare: (emulator) => {
      const host = reclaiming_host(emulator);
      parts = { host, balloon: attach_balloon(emulator, { host, deflate_on_oom: true }) };
    },
    restored: () => {
      if (parts?.balloon.restore_refusal !== undefined) throw new Error(parts.balloon.restore_refusal);
    },
  });
  return { guest, ...parts! };
}

/** The standard output of a command in the guest. @throws Error when it fails */
export async function shell({ guest }: ReclaimMachine, command: string): Promise<string> {
  const { output, code } = await guest.run(command, COMMAND_TIMEOUT_MS);
  if (code !== 0) throw new Error(`in the guest: ${command}: exit code ${code}\n${output}`);
  return output.trim();
}

/** Asks for `frames` and waits until the guest has given or taken them. Returns how long that took, in ms. */
export async function inflateTo({ balloon }: ReclaimMachine, frames: number): Promise<number> {
  const started = performance.now();
  balloon.device.target = frames;
  while (balloon.device.held.count !== frames || balloon.actual !== frames) {
    if (performance.now() - started > BALLOON_TIMEOUT_MS)
      throw new Error(`the guest holds ${balloon.device.held.count} of ${frames} frames`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - started;
}
