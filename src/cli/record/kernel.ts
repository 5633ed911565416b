import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import type { V86Options } from "v86";
import type { BalloonDevice } from "../../device/index.ts";
import { InputError, UnavailableError } from "../errors.ts";
import { readInput } from "../input.ts";
import type { Attach, RecordedGuest, RecordGuest } from "./guests.ts";

const MEMORY_MIB = 256;
/** Twenty times what it takes on an idle machine. */
const TIMEOUT_MS = 300_000;
/** Where distributions put SeaBIOS. */
const BIOS_PATHS = ["/usr/share/seabios/bios.bin", "/usr/share/qemu/bios.bin"];

/** A kernel of the user's: paths, and its command line. */
export interface OwnKernel {
  readonly kernel: string;
  readonly initrd: string | undefined;
  readonly bios: string | undefined;
  readonly cmdline: string;
}

/** The guest of a kernel of the user's. */
export function kernelGuest(own: OwnKernel): RecordGuest {
  return {
    name: own.kernel,
    memoryMib: MEMORY_MIB,
    boot: (attach, onProgress) => bootKernel(own, attach, onProgress),
  };
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
    bios: await image(bios ?? (await installedBios())),
    cmdline,
    memory_size: MEMORY_MIB * 2 ** 20,
    wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
    autostart: false,
  };
}

/** Resolves when a driver has negotiated. @throws Error when none does in time */
async function untilReady(device: BalloonDevice, onProgress: (text: string) => void): Promise<void> {
  const started = performance.now();
  while (device.verdict === undefined) {
    const ms = performance.now() - started;
    if (ms > TIMEOUT_MS) {
      throw new Error(
        `no balloon driver after ${TIMEOUT_MS / 1000} s: does this kernel have CONFIG_VIRTIO_BALLOON and CONFIG_VIRTIO_PCI?`,
      );
    }
    onProgress(`booting ${Math.round(ms / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** @throws UnavailableError when no SeaBIOS is installed */
async function installedBios(): Promise<string> {
  for (const path of BIOS_PATHS) if (await readable(path)) return path;
  throw new UnavailableError(
    `a kernel needs a BIOS, and there is none at ${BIOS_PATHS.join(", ")}: install the package seabios, or name a file with --bios`,
  );
}

function readable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** v86 takes whole ArrayBuffers only; small Node buffers are windows into a larger one. */
function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Where every kernel since boot protocol 2.00 has its magic (Documentation/arch/x86/boot.rst). */
const MAGIC_AT = 0x202;
const MAGIC = "HdrS";

/** A kernel that v86 can boot: with any other file it would wait for a driver in vain. @throws InputError */
export async function readKernel(path: string): Promise<Uint8Array> {
  const bytes = await readInput(path);
  const magic = String.fromCharCode(...bytes.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length));
  if (magic === MAGIC) return bytes;
  throw new InputError(
    `${path} is no Linux kernel that can be booted: expected a bzImage, with "${MAGIC}" at byte 0x${MAGIC_AT.toString(16)}. Distributions call it vmlinuz`,
  );
}
