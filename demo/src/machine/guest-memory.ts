import type { V86 } from "v86";
import { FRAME_BYTES } from "../../../src/memory/index.ts";
import { scanOf } from "../../../src/memory/zero-scan.ts";
import type { V86Like } from "../../../src/v86/index.ts";

/** What the page knows of the guest's memory at one moment. */
export interface MemoryUse {
  /** Frames that are not all zero. */
  readonly nonZeroFrames: number;
  /** Frames that were seen with contents since the memory was made. The tab has at least these. */
  readonly writtenFrames: number;
  /** Frames that are zero because the balloon dropped their contents. */
  readonly droppedFrames: number;
  /** Size of the WebAssembly memory that guest memory is a part of. */
  readonly byteLength: number;
}

/** Counts frames of a guest, since browsers do not tell a page how much of a WebAssembly memory is in use. */
export class GuestMemory {
  readonly frames: number;
  readonly #cpu: V86Like["v86"]["cpu"];
  readonly #written: Uint8Array;
  readonly #dropped: Uint8Array;

  constructor(emulator: V86) {
    this.#cpu = (emulator as unknown as V86Like).v86.cpu;
    this.frames = this.#cpu.memory_size[0]! / FRAME_BYTES;
    this.#written = new Uint8Array(this.frames);
    this.#dropped = new Uint8Array(this.frames);
  }

  /** Looks at every frame. */
  look(): MemoryUse {
    let nonZeroFrames = 0;
    this.#eachRun(0, this.frames, (first, frames) => {
      nonZeroFrames += frames;
      this.#written.fill(1, first, first + frames);
      this.#dropped.fill(0, first, first + frames);
    });
    return {
      nonZeroFrames,
      writtenFrames: sum(this.#written),
      droppedFrames: sum(this.#dropped),
      byteLength: this.#cpu.wasm_memory.buffer.byteLength,
    };
  }

  /** Takes note of contents that are about to be dropped. */
  dropping(first: number, frames: number): void {
    this.#eachRun(first, first + frames, (run, length) => {
      this.#written.fill(1, run, run + length);
      this.#dropped.fill(1, run, run + length);
    });
  }

  /** The guest has a fresh memory, where nothing was written but what was copied. */
  moved(): void {
    this.#written.fill(0);
  }

  /** Calls `use` for the runs of frames in [first, end) that are not zero. */
  #eachRun(first: number, end: number, use: (first: number, frames: number) => void): void {
    const scan = scanOf(this.#cpu.wasm_memory);
    const start = this.#cpu.mem8.byteOffset;
    for (let at = first; at < end;) {
      at += scan.zeros(start + at * FRAME_BYTES, end - at);
      const others = scan.others(start + at * FRAME_BYTES, end - at);
      if (others > 0) use(at, others);
      at += others;
    }
  }
}

function sum(flags: Uint8Array): number {
  let total = 0;
  for (const flag of flags) total += flag;
  return total;
}
