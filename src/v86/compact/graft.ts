import type { Core, Wasm } from "./core.ts";
import { memoryView, viewsOver } from "./memory-view.ts";
import type { FoundView } from "./memory-view.ts";
import { newPicture } from "./picture.ts";

type Functions = Readonly<Record<string, unknown>>;

/**
 * Replaces the WebAssembly instance of a processor, which keeps its devices, its bus and all other JavaScript objects.
 */
export interface Graft {
  /** v86's functions of the new instance, under their names on the processor. */
  readonly functions: Functions;
  /** Only sets properties, so it cannot fail half-way. */
  switch(): void;
}

/** The properties that v86 puts on a processor with these functions. */
function patched(cpu: Core, exports: WebAssembly.Exports): Functions {
  const bare = Object.create(Object.getPrototypeOf(cpu) as object) as Core & Record<string, unknown>;
  Object.assign(bare, { wm: { exports } });
  bare.wasm_patch();
  bare.create_jit_imports();
  return Object.fromEntries(Object.entries(bare).filter(([name]) => name !== "wm"));
}

/** Finds a function of v86 that other code has replaced. The replacement would go on calling the old instance. */
export function replacedFunction(cpu: Core): string | undefined {
  const own = cpu as unknown as Functions;
  const functions = Object.entries(patched(cpu, cpu.wm.exports)).filter(
    ([, value]) => typeof value === "function",
  );
  return functions.find(([name, value]) => own[name] !== value)?.[0];
}

/** Prepares a graft without changing anything yet. */
export function prepareGraft(cpu: Core, { exports, table, memory }: Wasm): Graft {
  const owners = [cpu, ...Object.values(cpu.devices).filter((device) => device !== undefined)];
  const views = viewsOver(cpu.wasm_memory.buffer, owners).map((view) => ({
    ...view,
    made: remake(view, memory),
  }));
  const showPicture = newPicture(cpu, memory);
  const functions = patched(cpu, exports);
  return {
    functions,
    switch: () => {
      Object.assign(cpu.wm, { exports, wasm_table: table });
      Object.assign(cpu, functions);
      cpu.wasm_memory = memory;
      for (const { owner, name, made } of views) (owner as Record<string, unknown>)[name] = made;
      showPicture();
    },
  };
}

function remake({ Type, byteOffset, length, isStandIn }: FoundView, memory: WebAssembly.Memory): object {
  return isStandIn
    ? memoryView(Type, memory, byteOffset, length)
    : new Type(memory.buffer, byteOffset, length);
}
