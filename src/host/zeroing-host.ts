import { fillFrames, zeroFrames } from "./fill-frames.ts";
import { isFrameRange, outOfRange } from "./frame-range.ts";
import { describe, check } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { HostMemory, HostResult } from "./host-memory.ts";

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
  #words: Int32Array = new Int32Array(0);

  /**
   * @param ram current view of guest physical memory; asked for on every call, because emulators replace it on growth
   * @param written told of every byte range [start, end) that was overwritten: an emulator drops translated code there
   * @throws TypeError when one of them is no function
   */
  constructor(ram: () => Uint8Array, written: (start: number, end: number) => void = () => undefined) {
    // A host's calls that throw are only counted, so this would never be seen.
    if (typeof ram !== "function")
      throw new TypeError(`ram: expected a function that returns a Uint8Array, got ${describe(ram)}`);
    check("written", "function", written);
    this.#ram = ram;
    this.#written = written;
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
    if (word === 0 && ram.byteOffset % 4 === 0) zeroFrames(this.#wordsOf(ram), first, frames);
    else fillFrames(ram, first, frames, word);
    this.#written(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    return undefined;
  }

  /** A view costs more than to zero a frame, so the last one is kept. */
  #wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
    const words = this.#words;
    if (words.buffer !== buffer || words.byteOffset !== byteOffset || words.length !== Math.floor(length / 4))
      this.#words = new Int32Array(buffer, byteOffset, Math.floor(length / 4));
    return this.#words;
  }
}

function refusal(call: string, first: number, frames: number, ram: Uint8Array): HostResult {
  const limit = Math.floor(ram.length / FRAME_BYTES);
  return isFrameRange(first, frames, limit) ? undefined : outOfRange(call, first, frames, limit);
}
