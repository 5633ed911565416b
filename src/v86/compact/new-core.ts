import type { Core, Machine, Wasm } from "./core.ts";
import { importsFor } from "./imports.ts";
import type { Instantiate } from "./wasm-source.ts";

/** A second WebAssembly instance for a machine. It does nothing yet. */
export interface NewCore extends Wasm {
  /** From now on its calls go to the processor. */
  adopt(cpu: Core): void;
}

/**
 * Makes a new core. Nothing here may keep a reference to the old instance, because the imports live as long as the new
 * one.
 * @throws Error if the module needs other imports, or has no memory
 */
export async function newCore(machine: Machine, instantiate: Instantiate): Promise<NewCore> {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: machine.v86.cpu.wm.wasm_table.length });
  // The processor's methods without its properties: they only need its table of translated code.
  let core: object = Object.assign(
    Object.create(Object.getPrototypeOf(machine.v86.cpu) as object) as object,
    {
      wm: { wasm_table: table },
    },
  );
  const exports = await instantiate(importsFor(machine, table, () => core)).catch(refuseOtherImports);
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("the module of v86 exports no memory");
  return {
    exports,
    table,
    memory,
    adopt: (cpu) => {
      core = cpu;
    },
  };
}

function refuseOtherImports(error: unknown): never {
  if (!(error instanceof WebAssembly.LinkError)) throw error;
  throw new Error(`compact: this version of v86 is not known: ${error.message}`, { cause: error });
}
