import { GuestMemory } from "../virtio/index.ts";
import type { BalloonOptions } from "./balloon-options.ts";

/** The parts of the emulator a device needs. @throws TypeError unless they are there. */
export function checkOptions(options: Partial<BalloonOptions> | undefined): void {
  const { memory, interrupt, host } = options ?? {};
  if (!(memory instanceof GuestMemory))
    throw new TypeError(`memory: expected a GuestMemory, got ${kindOf(memory)}`);
  checkMethods("interrupt", interrupt, ["raise", "lower"]);
  checkMethods("host", host, ["unlock", "lock", "discard"]);
}

function checkMethods(label: string, value: object | undefined, names: readonly string[]): void {
  const methods = (value ?? {}) as Record<string, unknown>;
  if (names.every((name) => typeof methods[name] === "function")) return;
  throw new TypeError(`${label}: expected an object with ${names.join(", ")}; got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
