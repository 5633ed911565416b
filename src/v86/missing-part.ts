import type { V86Like } from "./v86-like.ts";

/** What a balloon uses of a machine that is ready, as paths from the emulator, with the type of each. */
const PARTS: readonly (readonly [owner: string, type: "object" | "function", names: readonly string[]])[] = [
  ["v86", "function", ["restart"]],
  ["v86.cpu", "object", ["wasm_memory", "mem8", "memory_size", "instruction_counter"]],
  [
    "v86.cpu",
    "function",
    ["device_raise_irq", "device_lower_irq", "jit_dirty_cache", "reboot_internal", "get_state", "set_state"],
  ],
  ["v86.cpu.io", "function", ["register_read", "register_write"]],
  ["v86.cpu.devices.pci", "object", ["devices", "device_spaces", "isa_bridge_space8"]],
  [
    "v86.cpu.devices.pci",
    "function",
    [
      "register_device",
      "raise_irq",
      "lower_irq",
      "pci_write8",
      "pci_write16",
      "pci_write32",
      "get_state",
      "set_state",
    ],
  ],
];

/**
 * Returns the path of the first part that a machine does not have although it is ready. It is then another version of
 * v86, or not v86.
 */
export function missingPart(emulator: V86Like): string | undefined {
  for (const [path, type, names] of PARTS) {
    const owner = at(emulator, path);
    const missing = names.find((name) => owner?.[name] === null || typeof owner?.[name] !== type);
    if (missing !== undefined) return `${path}.${missing}`;
  }
  return undefined;
}

function at(emulator: object, path: string): Record<string, unknown> | undefined {
  return path
    .split(".")
    .reduce<unknown>((owner, name) => (owner as Record<string, unknown> | undefined)?.[name], emulator) as
    Record<string, unknown> | undefined;
}
