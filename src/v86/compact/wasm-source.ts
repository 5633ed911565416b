import type { Machine } from "./core.ts";
import type { MachineOptions } from "./machine-options.ts";

/** Instantiates v86's module with its imports. */
export type Instantiate = (imports: WebAssembly.Imports) => Promise<WebAssembly.Exports>;

/**
 * Returns a way to instantiate the machine's module again: with the function or the file that the machine was made
 * with, or from the module that v86 has kept. Undefined if there is no way.
 */
export function moduleOf(machine: Machine, { wasm_fn, wasm_path }: MachineOptions): Instantiate | undefined {
  if (wasm_fn !== undefined) return wasm_fn;
  const { wasm_source } = machine;
  // v86 transfers it to a worker that decompresses disks.
  if (wasm_source !== undefined && wasm_source.byteLength > 0) return (imports) => from(wasm_source, imports);
  if (wasm_path === undefined) return undefined;
  return async (imports) => from(await load(wasm_path), imports);
}

async function from(bytes: BufferSource, imports: WebAssembly.Imports): Promise<WebAssembly.Exports> {
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  return instance.exports;
}

/** The part of Node that is used, if present. An import would not work in bundles for browsers. */
interface NodeProcess {
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: string): Promise<Uint8Array<ArrayBuffer>> };
}

async function load(path: string): Promise<BufferSource> {
  const { process } = globalThis as { process?: NodeProcess };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (files !== undefined && !/^https?:/.test(path)) return files.readFile(path);
  const response = await fetch(path);
  if (!response.ok) throw new Error(`wasm_path: ${path} was answered with HTTP status ${response.status}`);
  return response.arrayBuffer();
}
