import type { Core, Machine, Wasm } from "./core.ts";
import { importsFor } from "./imports.ts";
import type { Instantiate } from "./wasm-source.ts";

/** A second WebAssembly instance for a machine. It does nothing yet. */
export interface NewCore extends Wasm {
  /** All bytes of its memory from this offset on are zero. */
  readonly filled: number;
  /** From now on its calls go to the processor. */
  adopt(cpu: Core): void;
}

/** Everything of a new core but its instance. */
export interface PreparedCore {
  /** What the module imports. */
  readonly imports: WebAssembly.Imports;
  /**
   * Makes the core of the new instance's exports.
   * @param filled where the data of the module ends, if that is known
   * @throws Error if there is no memory among the exports
   */
  readonly finish: (exports: WebAssembly.Exports, filled?: number) => NewCore;
}

/**
 * Makes a new core. @throws Error if the module needs other imports, or has no memory
 */
export async function newCore(machine: Machine, instantiate: Instantiate): Promise<NewCore> {
  const { imports, finish } = prepareCore(machine);
  const { exports, filled } = await instantiate(imports).catch(refuseOtherImports);
  return finish(exports, filled);
}

/**
 * Prepares a new core. Nothing here may keep a reference to the old instance, because the imports live as long as the
 * new one.
 */
export function prepareCore(machine: Machine): PreparedCore {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: machine.v86.cpu.wm.wasm_table.length });
  // The processor's methods without its properties: they only need its table of translated code.
  let core: object = Object.assign(
    Object.create(Object.getPrototypeOf(machine.v86.cpu) as object) as object,
    {
      wm: { wasm_table: table },
    },
  );
  return {
    imports: importsFor(machine, table, () => core),
    finish: (exports, filled) => {
      const { memory } = exports;
      if (!(memory instanceof WebAssembly.Memory)) throw new Error("the module of v86 exports no memory");
      return {
        exports,
        table,
        memory,
        filled: Math.min(filled ?? Infinity, memory.buffer.byteLength),
        adopt: (cpu) => {
          core = cpu;
        },
      };
    },
  };
}

function refuseOtherImports(error: unknown): never {
  if (!(error instanceof WebAssembly.LinkError)) throw error;
  throw new Error(`compact: this version of v86 is not known: ${error.message}`, { cause: error });
}
