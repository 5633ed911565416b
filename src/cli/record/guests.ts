import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { V86, V86Options } from "v86";
import type { Balloon, ChainListener } from "../../balloon/index.ts";
import { attachBalloon } from "../../v86/index.ts";
import type { V86Balloon } from "../../v86/index.ts";
import { bootLinuxWith } from "../guest/linux-balloon.ts";
import { linuxFiles } from "../guest/linux-files.ts";
import { toArrayBuffer } from "../guest/linux-state.ts";
import { bootTinyGuest } from "../guest/tiny-guest.ts";
import type { TinyGuestDriver } from "../guest/tiny-guest.ts";
import { readInput } from "../input.ts";
import { readKernel } from "./kernel.ts";

const MIB = 2 ** 20;
const TINY_MIB = 128;
const LINUX_MIB = 256;
/** Twenty times what it takes on an idle machine. */
const KERNEL_TIMEOUT_MS = 300_000;

/** A kernel of the user's: paths, and its command line. */
export interface OwnKernel {
  readonly kernel: string;
  readonly initrd: string | undefined;
  readonly bios: string | undefined;
  readonly cmdline: string;
}

export type GuestChoice = TinyGuestDriver | "linux" | OwnKernel;

/** A guest whose driver has found the balloon. */
export interface RecordedGuest {
  readonly device: Balloon;
  readonly name: string;
  readonly destroy: () => Promise<void>;
}

/** How much memory the guest will have. */
export function memoryMib(choice: GuestChoice): number {
  return typeof choice === "object" || choice === "linux" ? LINUX_MIB : TINY_MIB;
}

/** Boots the guest with a balloon that `onChain` listens to. */
export function bootGuest(
  choice: GuestChoice,
  onChain: ChainListener,
  onProgress: (text: string) => void,
): Promise<RecordedGuest> {
  const attach = (emulator: V86): V86Balloon =>
    attachBalloon(emulator, { onChain: onChain, deflateOnOom: true, freePageReporting: true });
  if (typeof choice === "object") return bootKernel(choice, attach, onProgress);
  return choice === "linux" ? bootDebian(attach, onProgress) : bootTiny(choice, attach);
}

type Attach = (emulator: V86) => V86Balloon;

async function bootTiny(driver: TinyGuestDriver, attach: Attach): Promise<RecordedGuest> {
  let balloon: V86Balloon | undefined;
  const guest = await bootTinyGuest({
    driver,
    memoryBytes: TINY_MIB * MIB,
    prepare: (emulator) => {
      balloon = attach(emulator);
    },
  });
  return { device: balloon!.device, name: `embedded, driver ${driver}`, destroy: () => guest.destroy() };
}

async function bootDebian(attach: Attach, onProgress: (text: string) => void): Promise<RecordedGuest> {
  const { guest, balloon } = await bootLinuxWith((emulator) => ({ balloon: attach(emulator) }), {
    cacheKey: "record",
    memoryBytes: LINUX_MIB * MIB,
    onProgress,
  });
  const name = `Linux ${await guest.shell("uname -r")}`;
  return { device: balloon.device, name, destroy: () => guest.destroy() };
}

async function bootKernel(
  own: OwnKernel,
  attach: Attach,
  onProgress: (text: string) => void,
): Promise<RecordedGuest> {
  const { V86: Emulator } = await import("v86");
  const emulator = new Emulator(await kernelOptions(own));
  try {
    await new Promise<void>((resolve) => {
      emulator.add_listener("emulator-loaded", resolve);
    });
    const { device } = attach(emulator);
    const negotiated = untilReady(device, onProgress);
    void emulator.run();
    await negotiated;
    return { device, name: own.kernel, destroy: () => emulator.destroy() };
  } catch (error) {
    await emulator.destroy();
    throw error;
  }
}

async function kernelOptions({ kernel, initrd, bios, cmdline }: OwnKernel): Promise<V86Options> {
  const image = async (path: string): Promise<{ buffer: ArrayBuffer }> => ({
    buffer: toArrayBuffer(await readInput(path)),
  });
  return {
    bzimage: { buffer: toArrayBuffer(await readKernel(kernel)) },
    ...(initrd === undefined ? {} : { initrd: await image(initrd) }),
    bios:
      bios === undefined
        ? { buffer: toArrayBuffer(await readFile((await linuxFiles()).bios)) }
        : await image(bios),
    cmdline,
    memory_size: LINUX_MIB * MIB,
    wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
    autostart: false,
  };
}

/** Resolves when a driver has negotiated. @throws Error when none does in time */
async function untilReady(device: Balloon, onProgress: (text: string) => void): Promise<void> {
  const started = performance.now();
  while (device.outcome === undefined) {
    const ms = performance.now() - started;
    if (ms > KERNEL_TIMEOUT_MS) {
      throw new Error(
        `no balloon driver after ${KERNEL_TIMEOUT_MS / 1000} s: does this kernel have CONFIG_VIRTIO_BALLOON and CONFIG_VIRTIO_PCI?`,
      );
    }
    onProgress(`booting ${Math.round(ms / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
