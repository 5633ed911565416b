import { fillFrames, zeroFrames } from "./fill-frames.ts";
import { isFrameRange, outOfRange } from "./frame-range.ts";
import { describe, check } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { HostMemory, HostResult } from "./host-memory.ts";
import { scanOf, WordScan } from "./zero-scan.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * The host memory of an emulator whose guest RAM is a plain buffer: nothing can be locked, and a discarded frame is
 * filled with zeros — which is what shrinks saved states, and all a JavaScript host can do without system calls. A frame
 * that holds zeros already is not written, since that would make the system give memory to an untouched page.
 *
 * A call whose frames are not all in guest memory, as it is at that moment, fails with "EINVAL" and writes nothing.
 */
export class ZeroingHost implements HostMemory {
  readonly pinned = false;
  readonly #ram: () => Uint8Array;
  readonly #written: (start: number, end: number) => void;
  readonly #memory: () => WebAssembly.Memory | undefined;
  /** Of what is no memory of WebAssembly. */
  readonly #words: WordScan = new WordScan(() => this.#buffer);
  #buffer: ArrayBufferLike = new ArrayBuffer(0);

  /**
   * @param ram current view of guest physical memory; asked for on every call, because emulators replace it on growth
   * @param written told of every byte range [start, end) that was overwritten: an emulator drops translated code there
   * @param memory the WebAssembly.Memory that `ram` is a view of, if it is one: zeros are found faster there
   * @throws TypeError when one of them is no function
   */
  constructor(
    ram: () => Uint8Array,
    written: (start: number, end: number) => void = () => undefined,
    memory: () => WebAssembly.Memory | undefined = () => undefined,
  ) {
    // A host's calls that throw are only counted, so this would never be seen.
    if (typeof ram !== "function")
      throw new TypeError(`ram: expected a function that returns a Uint8Array, got ${describe(ram)}`);
    check("written", "function", written);
    check("memory", "function", memory);
    this.#ram = ram;
    this.#written = written;
    this.#memory = memory;
  }

  /** Does nothing, since nothing is locked. */
  unlock(first: number, frames: number): HostResult {
    return refusal("unlock", first, frames, this.#ram());
  }

  /** Does nothing: memory of JavaScript cannot be locked. */
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
