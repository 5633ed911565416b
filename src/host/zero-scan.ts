import { ZERO_BASE64 } from "../generated/zero.ts";
import { FRAME_BYTES } from "./frame.ts";

/**
 * Looks for frames that hold nothing but zeros. Reading an untouched page takes no memory of the host; writing does.
 * `address` is in bytes from the beginning of the buffer, a multiple of four; the caller has checked the range.
 */
export interface ZeroScan {
  /** How many frames from `address` on hold nothing but zeros, of at most `frames`. */
  zeros(address: number, frames: number): number;
  /** How many frames from `address` on hold something else, of at most `frames`. */
  others(address: number, frames: number): number;
}

/** The memory is the key, and what the module imports: it is let go together with its scan. */
const scans = new WeakMap<WebAssembly.Memory, ZeroScan>();

/** By WebAssembly with SIMD instructions where that may be used, otherwise by JavaScript. */
export function scanOf(memory: WebAssembly.Memory): ZeroScan {
  let scan = scans.get(memory);
  if (scan === undefined) scans.set(memory, (scan = wasmScan(memory) ?? new WordScan(() => memory.buffer)));
  return scan;
}

let compiled: WebAssembly.Module | undefined;

/** Undefined where the engine has no SIMD, a content security policy forbids WebAssembly, or this is no memory of it. */
function wasmScan(memory: WebAssembly.Memory): ZeroScan | undefined {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(ZERO_BASE64), (char) => char.charCodeAt(0)));
    return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as ZeroScan;
  } catch {
    return undefined;
  }
}

const FRAME_WORDS = FRAME_BYTES / 4;

/** The same in JavaScript, in any buffer. */
export class WordScan implements ZeroScan {
  readonly #buffer: () => ArrayBufferLike;
  #words: Int32Array = new Int32Array(0);

  /** @param buffer asked on every call, since a memory that grows has another one */
  constructor(buffer: () => ArrayBufferLike) {
    this.#buffer = buffer;
  }

  zeros(address: number, frames: number): number {
    return this.#count(address, frames, true);
  }

  others(address: number, frames: number): number {
    return this.#count(address, frames, false);
  }

  #count(address: number, frames: number, wanted: boolean): number {
    const words = this.#wordsOf(this.#buffer());
    let found = 0;
    while (found < frames && isZero(words, address / 4 + found * FRAME_WORDS) === wanted) found++;
    return found;
  }

  /** A view costs more than to look at a frame, so the last one is kept. */
  #wordsOf(buffer: ArrayBufferLike): Int32Array {
    const length = Math.floor(buffer.byteLength / 4);
    if (this.#words.buffer !== buffer || this.#words.length !== length)
      this.#words = new Int32Array(buffer, 0, length);
    return this.#words;
  }
}

function isZero(words: Int32Array, from: number): boolean {
  for (let i = from; i < from + FRAME_WORDS; i += 8) {
    const some =
      words[i]! |
      words[i + 1]! |
      words[i + 2]! |
      words[i + 3]! |
      words[i + 4]! |
      words[i + 5]! |
      words[i + 6]! |
      words[i + 7]!;
    if (some !== 0) return false;
  }
  return true;
}
