import { describe, check } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { HostMemory } from "./host-memory.ts";

/**
 * The host memory of an emulator whose guest RAM is a plain buffer: nothing can be locked, and a discarded frame is
 * filled with zeros — which is what shrinks saved states, and all a JavaScript host can do without system calls.
 */
export class ZeroingHost implements HostMemory {
  readonly pinned = false;
  readonly #ram: () => Uint8Array;
  readonly #written: (start: number, end: number) => void;

  /**
   * @param ram current view of guest physical memory; asked for on every call, because emulators replace it on growth
   * @throws TypeError when one of them is no function
   * @param written told of every byte range [start, end) that was overwritten: an emulator drops translated code there
   */
  constructor(ram: () => Uint8Array, written: (start: number, end: number) => void = () => undefined) {
    // A host's calls that throw are only counted, so this would never be seen.
    if (typeof ram !== "function")
      throw new TypeError(`ram: expected a function that returns a Uint8Array, got ${describe(ram)}`);
    check("written", "function", written);
    this.#ram = ram;
    this.#written = written;
  }

  unlock(): undefined {
    return undefined;
  }

  lock(): undefined {
    return undefined;
  }

  discard(first: number, frames: number): undefined {
    this.fill(first, frames, 0);
    return undefined;
  }

  fill(first: number, frames: number, word: number): undefined {
    const start = first * FRAME_BYTES;
    const end = start + frames * FRAME_BYTES;
    const ram = this.#ram();
    new Uint32Array(ram.buffer, ram.byteOffset + start, (end - start) / 4).fill(word);
    this.#written(start, end);
    return undefined;
  }
}
