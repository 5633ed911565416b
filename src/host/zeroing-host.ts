import { fillFrames, zeroFrames } from "./fill-frames.ts";
import { isFrameRange, outOfRange } from "./frame-range.ts";
import { describe, check } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { HostMemory, HostResult } from "./host-memory.ts";
import { scanOf, WordScan } from "./zero-scan.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * The host memory of an emulator whose guest RAM is a plain buffer. Nothing can be locked, and a discarded frame is
 * filled with zeros. This makes saved states smaller, and is all that a JavaScript host can do without system calls. A
 * frame that is already zero is not written, because a write would make the system allocate memory for an untouched
 * page.
 *
 * A call whose frames are not all in guest memory at that moment fails with "EINVAL" and writes nothing.
 */
export class ZeroingHost implements HostMemory {
  readonly pinned = false;
  readonly #ram: () => Uint8Array;
  readonly #written: (start: number, end: number) => void;
  readonly #memory: () => WebAssembly.Memory | undefined;
  /** The scan for a buffer that is not a WebAssembly memory. */
  readonly #words: WordScan = new WordScan(() => this.#buffer);
  #buffer: ArrayBufferLike = new ArrayBuffer(0);

  /**
   * @param ram returns the current view of guest physical memory; called every time, because emulators replace the view
   * on growth
   * @param written called with every byte range [start, end) that was overwritten; an emulator must drop the code
   * translated from it
   * @param memory returns the WebAssembly.Memory that `ram` is a view of, if there is one, which makes finding zeros
   * faster
   * @throws TypeError if an argument is not a function
   */
  constructor(
    ram: () => Uint8Array,
    written: (start: number, end: number) => void = () => undefined,
    memory: () => WebAssembly.Memory | undefined = () => undefined,
  ) {
    // Checked here because a host call that throws is only counted, so the mistake would go unnoticed.
    if (typeof ram !== "function")
      throw new TypeError(`ram: expected a function that returns a Uint8Array, got ${describe(ram)}`);
    check("written", "function", written);
    check("memory", "function", memory);
    this.#ram = ram;
    this.#written = written;
    this.#memory = memory;
  }

  /** Does nothing, because nothing is locked. */
  unlock(first: number, frames: number): HostResult {
    return refusal("unlock", first, frames, this.#ram());
  }

  /** Does nothing, because JavaScript cannot lock memory. */
  lock(first: number, frames: number): HostResult {
    return refusal("lock", first, frames, this.#ram());
  }

  discard(first: number, frames: number): HostResult {
    return this.#overwrite("discard", first, frames, 0);
  }

  fill(first: number, frames: number, word: number): HostResult {
    return this.#overwrite("fill", first, frames, word);
  }

  #overwrite(call: string, first: number, frames: number, word: number): HostResult {
    const ram = this.#ram();
    const refused = refusal(call, first, frames, ram);
    if (refused !== undefined) return refused;
    if (word === 0 && ram.byteOffset % 4 === 0)
      zeroFrames(ram, this.#scanOf(ram), first, frames, this.#written);
    else {
      fillFrames(ram, first, frames, word);
      this.#written(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    }
    return undefined;
  }

  #scanOf({ buffer }: Uint8Array): ZeroScan {
    const memory = this.#memory();
    if (memory?.buffer === buffer) return scanOf(memory);
    this.#buffer = buffer;
    return this.#words;
  }
}

function refusal(call: string, first: number, frames: number, ram: Uint8Array): HostResult {
  const limit = Math.floor(ram.length / FRAME_BYTES);
  return isFrameRange(first, frames, limit) ? undefined : outOfRange(call, first, frames, limit);
}
