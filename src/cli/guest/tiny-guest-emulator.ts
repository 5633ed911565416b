import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { V86 } from "v86";
import type { TinyGuestOptions } from "./tiny-guest.ts";

const IMAGE = new URL("../../../guest/tiny.elf", import.meta.url);

/** A v86 machine with the guest's image, no BIOS and no screen; loaded, but not running yet. */
export async function loadEmulator(options: TinyGuestOptions): Promise<V86> {
  const { V86 } = await import("v86");
  const image = options.binary ?? (await readFile(fileURLToPath(IMAGE)));
  const module = await compiled(
    options.wasmPath ?? createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
  );
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
    memory_size: options.memoryBytes,
    // v86 reads the whole ArrayBuffer, and Node's readFile may return a slice of a larger one.
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

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** v86 compiles its 2 MB for every machine; machines of one process can share that. */
function compiled(path: string): Promise<WebAssembly.Module> {
  const known = modules.get(path) ?? readFile(path).then((bytes) => WebAssembly.compile(bytes));
  modules.set(path, known);
  return known;
}

function commandLine({ driver, options = {} }: TinyGuestOptions): string {
  const words = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return [`driver=${driver}`, ...words].join(" ");
}
