import { FRAME_BYTES, forEachUsed, scanOf } from "../../memory/index.ts";
import type { ZeroScan } from "../../memory/index.ts";
import type { Runs } from "../../tracker/index.ts";

/**
 * Copies a memory into a fresh one of the same size, in runs of frames. Does not write zeros where the new memory
 * already has zeros.
 * @param fresh number of bytes at the start of the new memory that its module may have filled; zeros must be copied
 * there too
 * @param leftOut ascending runs of frames that are not copied, whatever they contain
 * @returns the number of bytes copied
 */
export function copyMemory(
  from: WebAssembly.Memory,
  to: WebAssembly.Memory,
  fresh: number,
  leftOut: Runs,
): number {
  const copy = new Copy(from, to);
  const frames = from.buffer.byteLength / FRAME_BYTES;
  const filled = Math.ceil(fresh / FRAME_BYTES);
  copy.everything(0, filled);
  let at = filled;
  for (const [first, count] of leftOut) {
    copy.whatIsNotZero(at, Math.max(at, first));
    at = Math.max(at, first + count);
  }
  copy.whatIsNotZero(at, frames);
  return copy.frames * FRAME_BYTES;
}

class Copy {
  frames = 0;
  readonly #source: Uint8Array;
  readonly #target: Uint8Array;
  readonly #sourceScan: ZeroScan;
  readonly #targetScan: ZeroScan;

  constructor(from: WebAssembly.Memory, to: WebAssembly.Memory) {
    this.#source = new Uint8Array(from.buffer);
    this.#target = new Uint8Array(to.buffer);
    this.#sourceScan = scanOf(from);
    this.#targetScan = scanOf(to);
  }

  /** Copies the frames [first, end) that are not zero. The target frames are still zero. */
  whatIsNotZero(first: number, end: number): void {
    forEachUsed(this.#sourceScan, first * FRAME_BYTES, end - first, (address, bytes) => {
      this.#copy(address / FRAME_BYTES, bytes / FRAME_BYTES);
    });
  }

  /** Copies all frames [first, end), even zeros. */
  everything(first: number, end: number): void {
    for (let at = first; at < end; at++) {
      const zero = this.#sourceScan.zeros(at * FRAME_BYTES, 1) + this.#targetScan.zeros(at * FRAME_BYTES, 1);
      if (zero < 2) this.#copy(at, 1);
    }
  }

  #copy(first: number, frames: number): void {
    const start = first * FRAME_BYTES;
    this.#target.set(this.#source.subarray(start, start + frames * FRAME_BYTES), start);
    this.frames += frames;
  }
}
