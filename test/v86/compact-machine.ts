import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { V86 } from "v86";
import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import type { TinyGuest, TinyGuestOptions } from "../../src/guest/tiny-guest.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { Machine, Core } from "../../src/v86/compact/core.ts";
import type { V86Balloon, V86BalloonOptions } from "../../src/v86/index.ts";

/** Large enough that the balloon can take most of it: the gain must exceed the memory of an emulator core. */
export const MEMORY_BYTES: number = 64 * 2 ** 20;

export type Imports = WebAssembly.Imports;
export type WasmFn = (imports: Imports) => Promise<WebAssembly.Exports>;

const module = await WebAssembly.compile(
  Uint8Array.from(await readFile(createRequire(import.meta.url).resolve("v86/build/v86.wasm"))),
);

/** The options of these tests' machines. */
export const wasm_fn: WasmFn = async (imports) => (await WebAssembly.instantiate(module, imports)).exports;

/** An embedded guest whose memory is not locked. */
export interface CompactMachine {
  readonly guest: TinyGuest;
  readonly balloon: V86Balloon;
}

const guests: TinyGuest[] = [];

export async function machine(
  options: V86BalloonOptions = {},
  guestOptions: Partial<TinyGuestOptions> = {},
): Promise<CompactMachine> {
  let balloon: V86Balloon | undefined;
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    ...guestOptions,
    prepare: (emulator) => {
      balloon = attachBalloon(emulator, options);
    },
  });
  guests.push(guest);
  return { guest, balloon: balloon! };
}

export async function destroyGuests(): Promise<void> {
  for (const guest of guests.splice(0)) await guest.destroy();
}

/** The parts of a machine that v86 does not describe. */
export function coreOf(emulator: V86): Core {
  return (emulator as unknown as Machine).v86.cpu;
}

/** A copy of guest memory. */
export function ramOf(emulator: V86): Uint8Array {
  const { wasm_memory, mem8, memory_size } = coreOf(emulator);
  return new Uint8Array(wasm_memory.buffer, mem8.byteOffset, memory_size[0]).slice();
}

/** Moves the balloon to `frames` and waits until the guest is there. */
export async function settle({ guest, balloon }: CompactMachine, frames: number): Promise<void> {
  const settled = guest.waitFor(`settled ballooned=${frames}`);
  balloon.target = frames * 4096;
  await settled;
}

/** `name=value` of the guest's reply to `command`. */
export async function ask(
  { guest }: CompactMachine,
  command: string,
  name: string,
): Promise<string | undefined> {
  return new RegExp(`\\b${name}=(\\S+)`).exec(await guest.command(command))?.[1];
}

/** How many bytes are not the same. */
export function differences(one: Uint8Array, other: Uint8Array): number {
  const [a, b] = [one, other].map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  let count = Math.abs(one.length - other.length);
  for (let at = 0; at < one.length; at += 4096) {
    const piece = a!.subarray(at, at + 4096);
    if (piece.equals(b!.subarray(at, at + 4096))) continue;
    piece.forEach((byte, i) => (count += Number(byte !== b![at + i])));
  }
  return count;
}
