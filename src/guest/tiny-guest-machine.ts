import type { V86 } from "v86";
import type { TinyGuestOptions } from "./running-tiny-guest.ts";

/** The files of a machine, which Node and a browser read in different ways. */
export interface TinyGuestParts {
  /** guest/tiny.elf */
  readonly image: Uint8Array;
  /** v86.wasm, compiled */
  readonly module: WebAssembly.Module;
}

/** Loads a v86 machine with the guest's image, without a BIOS or a screen. It does not run yet. */
export async function loadTinyMachine(
  { image, module }: TinyGuestParts,
  options: TinyGuestOptions,
): Promise<V86> {
  const { V86 } = await import("v86");
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
    memory_size: options.memoryBytes,
    // v86 reads the whole ArrayBuffer, and Node's readFile may return a view of a larger one.
    multiboot: { buffer: Uint8Array.from(image).buffer },
    cmdline: commandLine(options),
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    ...options.v86,
  });
  await new Promise<void>((resolve) => {
    emulator.add_listener("emulator-loaded", () => {
      resolve();
    });
  });
  return emulator;
}

function commandLine({ driver, options = {} }: TinyGuestOptions): string {
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return [`driver=${driver}`, ...words].join(" ");
}
