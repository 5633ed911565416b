// The setup that pages about v86 leave out: a machine, here with this repository's guest.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const machine = {
  wasm_path: fileURLToPath(import.meta.resolve("v86/build/v86.wasm")),
  memory_size: 64 * 1024 * 1024,
  multiboot: { buffer: Uint8Array.from(readFileSync("guest/tiny.elf")).buffer },
  cmdline: "driver=polite",
};
