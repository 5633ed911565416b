import { clockOf } from "./core.ts";
import type { Core, Machine } from "./core.ts";

/** The functions of the processor that the module imports, under v86's names. */
const OF_CORE = [
  "run_hardware_timers",
  "stop_idling",
  "mmap_read8",
  "mmap_read32",
  "mmap_write8",
  "mmap_write16",
  "mmap_write32",
  "mmap_write64",
  "mmap_write128",
  "codegen_finalize",
  "jit_clear_func",
  "jit_clear_all_funcs",
] as const;

/** The functions of the I/O ports that it imports, as `io_port_read8` and so on. */
const OF_PORTS = ["read8", "read16", "read32", "write8", "write16", "write32"] as const;

type Call = (...values: unknown[]) => unknown;

/**
 * The imports that v86 gives its module, for a module that does not belong to a processor yet: the calls go to
 * `core()`. If another version of v86 needs other names, instantiating the module fails.
 */
export function importsFor(
  machine: Machine,
  table: WebAssembly.Table,
  core: () => object,
): WebAssembly.Imports {
  const on = (owner: () => object, name: string): Call => {
    return (...values) => (owner() as Record<string, Call>)[name]!(...values);
  };
  const ports = (): object => (core() as Core).io;
  return {
    env: {
      ...Object.fromEntries(OF_CORE.map((name) => [name, on(core, name)])),
      ...Object.fromEntries(OF_PORTS.map((name) => [`io_port_${name}`, on(ports, `port_${name}`)])),
      cpu_exception_hook: (n: number) => machine.cpu_exception_hook?.(n),
      cpu_event_halt: () => {
        machine.emulator_bus.send("cpu-event-halt");
      },
      microtick: clockOf(machine)!,
      get_rand_int: () => crypto.getRandomValues(new Int32Array(1))[0]!,
      abort: () => undefined,
      log_from_wasm: () => undefined,
      console_log_from_wasm: (address: number, bytes: number) => {
        console.error(textAt((core() as Core).wasm_memory, address, bytes));
      },
      dbg_trace_from_wasm: () => undefined,
      __indirect_function_table: table,
    },
  };
}

function textAt({ buffer }: WebAssembly.Memory, address: number, bytes: number): string {
  return new TextDecoder().decode(new Uint8Array(buffer, address >>> 0, bytes >>> 0).slice());
}
