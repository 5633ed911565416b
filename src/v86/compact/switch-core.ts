import type { Balloon } from "../../balloon/index.ts";
import type { Runs } from "../../tracker/index.ts";
import { moved } from "../left-out.ts";
import { copyMemory } from "./copy-memory.ts";
import type { Machine } from "./core.ts";
import { prepareGraft } from "./graft.ts";
import type { NewCore } from "./new-core.ts";
import { differentModule } from "./same-module.ts";

const WASM_PAGE_BYTES = 65_536;

/**
 * Switches the machine to the new core in one step; the guest does not run meanwhile. The machine is unchanged until
 * the last step, which cannot fail.
 * @param leftOut ascending frames of guest memory that are not copied
 * @returns the number of bytes copied
 * @throws Error if the module is a different one; RangeError if there is not enough memory
 */
export function switchCore(
  machine: Machine,
  core: NewCore,
  device: Balloon | undefined,
  leftOut: Runs,
): number {
  const { cpu } = machine.v86;
  const { wasm_memory: old, wm } = cpu;
  const different = differentModule({ exports: wm.exports, memory: old }, core);
  if (different !== undefined)
    throw new Error(`compact: this is another build of v86's module: ${different}`);
  const copied = fill(core, old, moved(leftOut, cpu.mem8.byteOffset));
  const graft = prepareGraft(cpu, core);
  // Translated code belongs to the old instance.
  call(graft.functions, "full_clear_tlb");
  call(graft.functions, "jit_clear_cache");
  letGoOf(old);
  graft.switch();
  core.adopt(cpu);
  dropHook(machine);
  device?.memoryMoved();
  return copied;
}

function fill({ memory, filled }: NewCore, old: WebAssembly.Memory, leftOut: Runs): number {
  memory.grow((old.buffer.byteLength - memory.buffer.byteLength) / WASM_PAGE_BYTES);
  return copyMemory(old, memory, filled, leftOut);
}

function call(functions: Readonly<Record<string, unknown>>, name: string): void {
  (functions[name] as () => void)();
}

/**
 * Detaches all views of the memory, as growth would. Code that has such a view asks for a new one and gets the new
 * memory.
 */
function letGoOf(memory: WebAssembly.Memory): void {
  memory.grow(0);
}

/**
 * Removes v86's own exception hook. It does nothing, but its closure keeps everything alive that existed when the
 * emulator was made, including the memory.
 */
function dropHook(machine: Machine): void {
  const text = String(machine.cpu_exception_hook);
  if (/^function\s*\(\w*\)\s*\{\s*\}$/.test(text)) machine.cpu_exception_hook = doNothing;
}

function doNothing(): void {
  // Does nothing.
}
