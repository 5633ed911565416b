import type { Machine } from "./core.ts";
import { dataEnd } from "./module-data.ts";
import type { MachineOptions } from "./machine-options.ts";

/** A module's instance, and the offset behind the data that the module put into its memory, if that is known. */
export interface Instantiated {
  readonly exports: WebAssembly.Exports;
  readonly filled?: number | undefined;
}

/** Instantiates v86's module with its imports. */
export type Instantiate = (imports: WebAssembly.Imports) => Promise<Instantiated>;

/**
 * Returns a way to instantiate the machine's module again: with the function or the file that the machine was made
 * with, or from the module that v86 has kept. Undefined if there is no way.
 */
export function moduleOf(machine: Machine, options: MachineOptions): Instantiate | undefined {
  const { wasm_path } = options;
  if (options.wasm_fn !== undefined)
    return async (imports) => ({ exports: (await options.wasm_fn?.(imports)) as WebAssembly.Exports });
  const kept = keptModule(machine);
  if (kept !== undefined) return (imports) => from(kept, imports);
  if (wasm_path === undefined) return undefined;
  return async (imports) => from(await load(wasm_path), imports);
}

/** The bytes of v86's module, if v86 loaded it by itself and still has them. */
export function keptModule({ wasm_source }: Machine): ArrayBuffer | undefined {
  // v86 transfers it to a worker that decompresses disks.
  return wasm_source !== undefined && wasm_source.byteLength > 0 ? wasm_source : undefined;
}

async function from(bytes: ArrayBuffer, imports: WebAssembly.Imports): Promise<Instantiated> {
  const filled = dataEnd(new Uint8Array(bytes));
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  return { exports: instance.exports, filled };
}

/** The part of Node that is used, if present. An import would not work in bundles for browsers. */
interface NodeProcess {
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: string): Promise<Uint8Array<ArrayBuffer>> };
}

async function load(path: string): Promise<ArrayBuffer> {
  const { process } = globalThis as { process?: NodeProcess };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (files !== undefined && !/^https?:/.test(path))
    return Uint8Array.from(await files.readFile(path)).buffer;
  const response = await fetch(path);
  if (!response.ok) throw new Error(`wasm_path: ${path} was answered with HTTP status ${response.status}`);
  return response.arrayBuffer();
}
