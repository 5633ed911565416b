import { createRequire } from "node:module";
import type { V86 } from "v86";
import type { Balloon } from "../balloon/index.ts";

/** Twenty times as long as an idle machine needs. */
const TIMEOUT_MS = 300_000;
const TICK_MS = 200;

/** The files of a machine with a Linux kernel. */
export interface KernelParts {
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array | undefined;
  readonly bios: Uint8Array;
  readonly cmdline: string;
  readonly memoryBytes: number;
}

/** A guest whose driver has negotiated. */
export interface KernelGuest {
  readonly device: Balloon;
  readonly destroy: () => Promise<void>;
}

/**
 * Boots a kernel in v86.
 *
 * @param attach gets an emulator that does not run yet, attaches a balloon, and returns it
 * @param onProgress gets lines for the user, until the driver has negotiated
 * @throws Error if no driver negotiates in time
 */
export async function bootKernel(
  parts: KernelParts,
  attach: (emulator: V86) => { readonly device: Balloon },
  onProgress: (text: string) => void,
): Promise<KernelGuest> {
  const emulator = await machineOf(parts);
  try {
    const { device } = attach(emulator);
    void emulator.run();
    await negotiated(device, onProgress);
    return { device, destroy: () => emulator.destroy() };
  } catch (error) {
    await emulator.destroy();
    throw error;
  }
}

async function machineOf({ kernel, initrd, bios, cmdline, memoryBytes }: KernelParts): Promise<V86> {
  const { V86: Emulator } = await import("v86");
  const emulator = new Emulator({
    bzimage: imageOf(kernel),
    ...(initrd === undefined ? {} : { initrd: imageOf(initrd) }),
    bios: imageOf(bios),
    cmdline,
    memory_size: memoryBytes,
    wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
    autostart: false,
  });
  await new Promise<void>((resolve) => {
    emulator.add_listener("emulator-loaded", resolve);
  });
  return emulator;
}

/** v86 takes only whole ArrayBuffers, and a small Node buffer is a view of a larger one. */
function imageOf(bytes: Uint8Array): { buffer: ArrayBuffer } {
  return { buffer: new Uint8Array(bytes).buffer };
}

async function negotiated(device: Balloon, onProgress: (text: string) => void): Promise<void> {
  const started = performance.now();
  while (device.counters().outcome === undefined) {
    const ms = performance.now() - started;
    if (ms > TIMEOUT_MS) {
      throw new Error(
        `no balloon driver after ${TIMEOUT_MS / 1000} s: does this kernel have CONFIG_VIRTIO_BALLOON and CONFIG_VIRTIO_PCI?`,
      );
    }
    onProgress(`booting ${Math.round(ms / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}
