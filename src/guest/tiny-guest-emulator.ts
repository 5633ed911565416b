import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { V86 } from "v86";
import type { TinyGuestOptions } from "./running-tiny-guest.ts";
import { packageRoot } from "./package-root.ts";
import { loadTinyMachine } from "./tiny-guest-machine.ts";

/** {@link TinyGuestOptions}, and the locations of the machine's files. */
export interface BootOptions extends TinyGuestOptions {
  readonly wasmPath?: string;
  /** The guest's image. Default: the package's own guest/tiny.elf. */
  readonly binary?: Uint8Array;
}

/** Loads a machine from the files of the installed packages. */
export async function loadEmulator(options: BootOptions): Promise<V86> {
  const image = options.binary ?? (await readFile(join(packageRoot(), "guest/tiny.elf")));
  const module = await compiled(
    options.wasmPath ?? createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
  );
  return loadTinyMachine({ image, module }, options);
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles v86's module once. v86 would compile its 2 MB for every machine, but machines in one process can share it.
 */
function compiled(path: string): Promise<WebAssembly.Module> {
  const known = modules.get(path) ?? readFile(path).then((bytes) => WebAssembly.compile(bytes));
  modules.set(path, known);
  return known;
}
