import { V86 } from "v86";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { guestMemory } from "../../dist/entries/index.js";

const WASM = createRequire(import.meta.url).resolve("v86/build/v86.wasm");

/** A v86 machine with nothing to run: a bus, and memory. */
export async function loadMachine(options) {
  const module = await WebAssembly.compile(await readFile(WASM));
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    ...options,
  });
  await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
  return emulator;
}

/** Its memory, as a driver in the guest sees it. */
export function memoryOf({ v86: { cpu } }) {
  const bytes = () => new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]);
  return guestMemory(bytes);
}
