import type { GuestMemory, GuestRegion } from "./guest-memory.ts";
import type { LinearMemory } from "./linear-memory.ts";
import type { ZeroScan } from "./zero-scan.ts";

/** Guest RAM in several regions, with holes between them. */
export class RegionMemory implements GuestMemory, ZeroScan {
  readonly regions: readonly GuestRegion[];
  readonly #parts: readonly LinearMemory[];
  /** The region of the last access, where the next one nearly always is. */
  #last: LinearMemory;

  constructor(parts: readonly LinearMemory[]) {
    this.regions = parts.flatMap(({ regions }) => regions);
    this.#parts = parts;
    this.#last = parts[0]!;
  }

  contains(address: number, bytes: number): boolean {
    return this.#last.contains(address, bytes) || this.#parts.some((part) => part.contains(address, bytes));
  }

  read16(address: number): number {
    return this.#at(address).read16(address);
  }

  read32(address: number): number {
    return this.#at(address).read32(address);
  }

  write16(address: number, value: number): void {
    this.#at(address).write16(address, value);
  }

  write32(address: number, value: number): void {
    this.#at(address).write32(address, value);
  }

  copyOut(address: number, target: Uint8Array): void {
    this.#at(address).copyOut(address, target);
  }

  fill(address: number, bytes: number, word: number): void {
    this.#at(address).fill(address, bytes, word);
  }

  isZero(address: number, bytes: number): boolean {
    return this.#at(address).isZero(address, bytes);
  }

  zeros(address: number, frames: number): number {
    return this.#at(address).zeros(address, frames);
  }

  others(address: number, frames: number): number {
    return this.#at(address).others(address, frames);
  }

  refresh(): void {
    for (const part of this.#parts) part.refresh();
  }

  /** The region that an address which was checked lies in. */
  #at(address: number): LinearMemory {
    if (!this.#last.contains(address, 1))
      this.#last = this.#parts.find((part) => part.contains(address, 1)) ?? this.#last;
    return this.#last;
  }
}
