import { ZERO_BASE64 } from "../generated/zero.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/**
 * Finds frames that are all zero. Reading an untouched page takes no memory of the host; writing does. `address` is in
 * bytes, from the start of a buffer or of the guest's physical addresses. The caller has checked the range.
 */
export interface ZeroScan {
  /** How many consecutive frames from `address` on are all zero, at most `frames`. */
  zeros(address: number, frames: number): number;
  /** How many consecutive frames from `address` on are not all zero, at most `frames`. */
  others(address: number, frames: number): number;
}

/** Keyed by the memory, which the scan's module imports, so that both can be collected together. */
const scans = new WeakMap<WasmMemory, ZeroScan>();

/** Returns a scan that uses WebAssembly with SIMD instructions if they are available, otherwise JavaScript. */
export function scanOf(memory: WasmMemory): ZeroScan {
  let scan = scans.get(memory);
  if (scan === undefined) scans.set(memory, (scan = wasmScan(memory) ?? new WordScan(() => memory.buffer)));
  return scan;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Undefined if the engine has no SIMD, if compilation is forbidden, or if `memory` is not a WebAssembly memory.
 */
function wasmScan(memory: WasmMemory): ZeroScan | undefined {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(ZERO_BASE64), (char) => char.charCodeAt(0)));
    return new WebAssembly.Instance(compiled, { env: { memory: memory as WebAssembly.Memory } })
      .exports as unknown as ZeroScan;
  } catch {
    return undefined;
  }
}

const FRAME_WORDS = FRAME_BYTES / 4;

/** The same in JavaScript, for any buffer. */
export class WordScan implements ZeroScan {
  readonly #buffer: () => ArrayBufferLike;
  #words: Int32Array = new Int32Array(0);

  /** @param buffer called for every scan, because a memory that grows gets a new buffer */
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
    const buffer = this.#buffer();
    let found = 0;
    if (address % 4 === 0) {
      const words = this.#wordsOf(buffer);
      while (found < frames && isZero(words, address / 4 + found * FRAME_WORDS) === wanted) found++;
    } else while (found < frames && isZeroAt(buffer, address + found * FRAME_BYTES) === wanted) found++;
    return found;
  }

  /** Returns a cached view. Making one costs more than checking a frame. */
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

/** The same for a frame that does not begin at a word of the buffer. */
function isZeroAt(buffer: ArrayBufferLike, address: number): boolean {
  const words = new DataView(buffer, address, FRAME_BYTES);
  for (let at = 0; at < FRAME_BYTES; at += 4) if (words.getUint32(at) !== 0) return false;
  return true;
}
