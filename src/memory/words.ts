import type { GuestMemory } from "./guest-memory.ts";
import { LinearMemory } from "./linear-memory.ts";

/**
 * Guest RAM as little-endian words at physical addresses. A DataView of RAM that begins at 0 is one: V8 compiles its
 * methods into the code that calls them.
 */
export interface Words {
  getUint16(address: number, littleEndian: true): number;
  getUint32(address: number, littleEndian: true): number;
  setUint16(address: number, value: number, littleEndian: true): void;
  setUint32(address: number, value: number, littleEndian: true): void;
}

/** Where {@link Words} come from. Ask again after any other code has run, because it may have moved RAM. */
export interface WordSource {
  words(): Words;
}

/** The words of any guest memory. */
export function wordsOf(memory: GuestMemory): WordSource {
  return memory instanceof LinearMemory && memory.base === 0 ? memory : new MemoryWords(memory);
}

class MemoryWords implements Words, WordSource {
  readonly #memory: GuestMemory;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  words(): Words {
    return this;
  }

  getUint16(address: number): number {
    return this.#memory.read16(address);
  }

  getUint32(address: number): number {
    return this.#memory.read32(address);
  }

  setUint16(address: number, value: number): void {
    this.#memory.write16(address, value);
  }

  setUint32(address: number, value: number): void {
    this.#memory.write32(address, value);
  }
}
