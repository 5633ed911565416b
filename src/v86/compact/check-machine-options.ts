import { describe } from "../../options/index.ts";
import type { Core, Machine } from "./core.ts";
import type { MachineOptions } from "./machine-options.ts";

/** v86 rounds guest memory to multiples of this, with a minimum of one megabyte. */
const BLOCK_BYTES = 128 * 1024;
const LEAST_BYTES = 1024 * 1024;
/** Minimum size of guest memory with an initrd. */
const LEAST_WITH_INITRD = 64 * 1024 * 1024;

/** Options that create a device, and the name of that device in v86. */
const DEVICES: Readonly<Record<string, string>> = {
  acpi: "acpi",
  uart1: "uart1",
  uart2: "uart2",
  uart3: "uart3",
  filesystem: "virtio_9p",
  virtio_console: "virtio_console",
};

/**
 * Checks that the options are those of this machine. The options of another machine may name another module.
 * @throws TypeError if they are not an object, or for an option of the wrong kind; RangeError for another memory size;
 * Error for other devices
 */
export function checkMachineOptions(machine: Machine, options: unknown): MachineOptions {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null)
    throw new TypeError(`compact: expected the options of the machine, got ${describe(options)}`);
  const { cpu } = machine.v86;
  const given = options as Record<string, unknown>;
  checkKinds(given);
  checkMemory(cpu, given);
  checkDevices(cpu, given);
  return given;
}

function checkKinds({ wasm_fn, wasm_path }: Record<string, unknown>): void {
  if (wasm_fn !== undefined && typeof wasm_fn !== "function")
    throw new TypeError(`wasm_fn: expected a function, got ${describe(wasm_fn)}`);
  if (wasm_path !== undefined && typeof wasm_path !== "string")
    throw new TypeError(`wasm_path: expected a string, got ${describe(wasm_path)}`);
}

function checkMemory(cpu: Core, { memory_size, initrd }: Record<string, unknown>): void {
  if (memory_size === undefined) return;
  if (typeof memory_size !== "number")
    throw new TypeError(`memory_size: expected a number, got ${describe(memory_size)}`);
  const least = initrd === undefined ? LEAST_BYTES : LEAST_WITH_INITRD;
  const rounded = Math.ceil(Math.max(memory_size, least) / BLOCK_BYTES) * BLOCK_BYTES;
  const actual = cpu.memory_size[0]!;
  if (rounded !== actual)
    throw new RangeError(
      `memory_size: the machine has ${actual} bytes, but these options are for ${memory_size}`,
    );
}

function checkDevices({ devices }: Core, given: Record<string, unknown>): void {
  const wrong = Object.keys(DEVICES).find(
    (option) =>
      given[option] !== undefined && Boolean(given[option]) !== (devices[DEVICES[option]!] !== undefined),
  );
  if (wrong === undefined) return;
  const has = given[wrong] ? "the machine has no such device" : "the machine has that device";
  throw new Error(
    `compact: these are the options of another machine: ${wrong} is ${describe(given[wrong])}, ${has}`,
  );
}
