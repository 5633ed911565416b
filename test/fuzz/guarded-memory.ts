import { guestMemory } from "../../src/memory/index.ts";
import type { GuestMemory, GuestRegion } from "../../src/memory/index.ts";
import type { Ram } from "./ram.ts";
import { MEMORY } from "./step.ts";

const GUARD_BYTES = 0x2000;
const CANARY = Buffer.alloc(GUARD_BYTES, 0xa5);

/** Guest memory between two canaries that counts accesses and remembers one that was outside. */
export class GuardedMemory implements GuestMemory {
  readonly regions: readonly GuestRegion[];
  /** All physical addresses up to the end of RAM. Those of a hole are never to change. */
  readonly bytes: Uint8Array;
  /** The same memory for a host, whose accesses are not counted. */
  readonly plain: GuestMemory;
  /** Reads and writes since the last {@link GuardedMemory.begin}. */
  accesses = 0;
  /** The first access outside, if any: the device hides what is thrown while it serves a queue. */
  outside: string | undefined;
  readonly #ram: Ram;
  readonly #around: Uint8Array;

  constructor(ram: Ram) {
    this.#around = new Uint8Array(MEMORY + 2 * GUARD_BYTES).fill(0xa5);
    const bytes = this.#around.subarray(GUARD_BYTES, GUARD_BYTES + MEMORY).fill(0);
    this.bytes = bytes;
    this.plain = guestMemory(
      ram.regions.map(([first, frames]) => ({
        base: 4096 * first,
        bytes: () => bytes.subarray(4096 * first, 4096 * (first + frames)),
      })),
    );
    this.regions = this.plain.regions;
    this.#ram = ram;
  }

  /** Whether the bytes around guest memory are unchanged. */
  get intact(): boolean {
    return (
      CANARY.equals(this.#around.subarray(0, GUARD_BYTES)) &&
      CANARY.equals(this.#around.subarray(-GUARD_BYTES))
    );
  }

  begin(): void {
    this.accesses = 0;
  }

  contains(address: number, bytes: number): boolean {
    return this.plain.contains(address, bytes);
  }

  read16(address: number): number {
    this.#note(address, 2);
    return this.plain.read16(address);
  }

  read32(address: number): number {
    this.#note(address, 4);
    return this.plain.read32(address);
  }

  write16(address: number, value: number): void {
    this.#note(address, 2);
    this.plain.write16(address, value);
  }

  write32(address: number, value: number): void {
    this.#note(address, 4);
    this.plain.write32(address, value);
  }

  copyOut(address: number, target: Uint8Array): void {
    this.#note(address, target.length);
    this.plain.copyOut(address, target);
  }

  fill(address: number, bytes: number, word: number): void {
    this.plain.fill(address, bytes, word);
  }

  isZero(address: number, bytes: number): boolean {
    return this.plain.isZero(address, bytes);
  }

  #note(address: number, bytes: number): void {
    this.accesses++;
    if (!this.#ram.contains(address, bytes)) this.outside ??= `${bytes} bytes at ${address}`;
  }
}
