import { bootLinux } from "../../rig/linux/guest.ts";
import type { LinuxGuest, LinuxOptions } from "../../rig/linux/guest.ts";
import { attachMmio } from "../../rig/linux/mmio.ts";
import type { MmioBalloon } from "../../rig/linux/mmio.ts";
import type { MachineOptions } from "../../rig/linux/machine.ts";
import { settle as settleDevice } from "../../src/guest/settle.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../src/v86/index.ts";

const CHECKED_MEGABYTES = 8;
/** Shorter than a test's own timeout. */
const SETTLE_TIMEOUT_MS = 50_000;

export interface LinuxMachine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
}

/** So that the kernel does not zero pages itself, and their contents are the device's work. */
export const NOT_ZEROED: MachineOptions = { cmdlineExtra: "init_on_alloc=0" };

/** Linux without a balloon. All tests with one kernel command line share one boot: its state is kept and restored. */
export function bootBare(options: MachineOptions = {}): Promise<LinuxGuest> {
  return bootLinux({ ...options, cacheKey: "bare", prepare: () => undefined });
}

/** Linux with v86's own balloon. */
export function bootWithOwnBalloon(prepare: LinuxOptions["prepare"] = () => undefined): Promise<LinuxGuest> {
  return bootLinux({ ...NOT_ZEROED, v86: { virtio_balloon: true }, cacheKey: "own balloon", prepare });
}

/** Linux that finds our balloon while it runs, as if it had been plugged in, so that all options share one boot. */
export async function bootAndAttach(
  options: V86BalloonOptions | ((guest: LinuxGuest) => V86BalloonOptions),
  machine: MachineOptions = {},
): Promise<LinuxMachine> {
  const guest = await bootBare(machine);
  const balloon = attachBalloon(guest.emulator, typeof options === "function" ? options(guest) : options);
  await rescan(guest);
  return { guest, balloon };
}

export type MmioMachine = MmioBalloon & { readonly guest: LinuxGuest };

/** Linux that has a virtio-mmio device. All tests with one command line share one boot, which has looked for none yet. */
export async function bootWithMmio(
  options: Parameters<typeof attachMmio>[1],
  machine: MachineOptions = {},
  load = true,
): Promise<MmioMachine> {
  const guest = await bootBare({ ...machine, mmio: true });
  const attached = attachMmio(guest.emulator, options);
  if (load) await guest.shell("insmod /modules/virtio_mmio.ko");
  return { guest, ...attached };
}

/** Makes Linux look for devices and start their drivers. */
export async function rescan(guest: LinuxGuest): Promise<void> {
  await guest.shell("echo 1 > /sys/bus/pci/rescan");
}

/**
 * Writes a file of random data in which no two pages are alike. Random bytes take the emulated processor much longer
 * than their copies.
 */
export async function writeRandom(guest: LinuxGuest, path: string, megabytes: number): Promise<void> {
  const seed = `${path}.seed`;
  // An odd length, so that each copy begins at another place in a page. Not `head -c`, which reads single bytes.
  await guest.shell(`dd if=/dev/urandom of=${seed} bs=999999 count=1 2>/dev/null`);
  await guest.shell(`cat ${`${seed} `.repeat(megabytes)}> ${path} && rm ${seed}`);
}

/** Writes a file, and its checksum for `md5sum -c`. */
export async function writeChecked(guest: LinuxGuest, path: string): Promise<void> {
  await writeRandom(guest, path, CHECKED_MEGABYTES);
  await guest.shell(`md5sum ${path} > ${path}.md5`);
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

/** Prints a measured number; docs/linux-guest.md quotes them. */
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
