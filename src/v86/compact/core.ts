import type { V86Cpu, V86Like } from "../v86-like.ts";

/** The WebAssembly side of a machine: its functions, its table of translated code, and its memory. */
export interface Wasm {
  readonly exports: WebAssembly.Exports;
  readonly table: WebAssembly.Table;
  readonly memory: WebAssembly.Memory;
}

/** The parts of v86's processor that refer to its WebAssembly instance and can be given another. */
export interface Core extends Omit<V86Cpu, "wasm_memory" | "devices"> {
  readonly wm: { exports: WebAssembly.Exports; wasm_table: WebAssembly.Table };
  wasm_memory: WebAssembly.Memory;
  readonly devices: Readonly<Record<string, object | undefined>>;
  /** Puts the functions of `wm.exports` on the processor. */
  wasm_patch(): void;
  /** Makes `jit_imports` from them, for code that is translated from now on. */
  create_jit_imports(): void;
}

/** A machine with such a processor. */
export interface Machine extends Omit<V86Like, "v86"> {
  readonly v86: { readonly cpu: Core; readonly running: boolean; readonly worker?: unknown };
  /** v86's own module, if v86 loaded it by itself. */
  readonly wasm_source?: ArrayBuffer;
  /** Called by debug builds at processor exceptions. */
  cpu_exception_hook?: (n: number) => unknown;
}

/** v86's clock, a property of the constructor of `emulator.v86`. */
export function clockOf(machine: Machine): (() => number) | undefined {
  const { microtick } = machine.v86.constructor as { microtick?: unknown };
  return typeof microtick === "function" ? (microtick as () => number) : undefined;
}

/** The properties that another version of v86 may not have. */
interface MaybeCore extends Partial<Omit<Core, "wm">> {
  readonly wm?: Partial<Core["wm"]>;
}

/** Returns why the machine cannot be given a new core, most likely because it is another version of v86. */
export function unknownShape(machine: Machine): string | undefined {
  const { wasm_memory, wm, wasm_patch, create_jit_imports } = machine.v86.cpu as MaybeCore;
  if (!(wasm_memory instanceof WebAssembly.Memory)) return "its memory is not where it is expected";
  if (wm?.exports?.memory !== wasm_memory || !(wm.wasm_table instanceof WebAssembly.Table))
    return "its WebAssembly instance is not where it is expected";
  if (typeof wasm_patch !== "function" || typeof create_jit_imports !== "function")
    return "its functions are not put where they are expected";
  return clockOf(machine) === undefined ? "its clock is not where it is expected" : undefined;
}
