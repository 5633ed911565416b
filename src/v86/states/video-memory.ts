import { FRAME_BYTES, forEachUsed } from "../../memory/index.ts";
import { WordScan } from "../../memory/zero-scan.ts";
import type { Core } from "../compact/core.ts";

/** v86's graphics adapter, as far as its memory is WebAssembly memory. */
export interface WithVideo {
  svga_memory?: VideoMemory;
}

/** A typed array, or v86's stand-in for one. */
interface VideoMemory {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly length: number;
  set(bytes: Uint8Array, at?: number): void;
}

/**
 * The frames of video memory, numbered as if guest memory went on until there. Undefined if it is not made of whole
 * frames after guest memory. A state has the contents of video memory, so a restore replaces them.
 */
export function videoFrames(cpu: Core): { first: number; frames: number } | undefined {
  const video = (cpu.devices.vga as WithVideo | undefined)?.svga_memory;
  if (video?.buffer !== cpu.wasm_memory.buffer) return undefined;
  const first = (video.byteOffset - cpu.mem8.byteOffset) / FRAME_BYTES;
  const frames = video.length / FRAME_BYTES;
  const whole = Number.isInteger(first) && Number.isInteger(frames);
  return whole && first >= cpu.memory_size[0]! / FRAME_BYTES ? { first, frames } : undefined;
}

/**
 * Makes v86 write no zeros to video memory when it restores a state: the memory is new, so its pages are untouched.
 * Returns a function that ends this.
 */
export function withoutZeros(vga: WithVideo): () => void {
  const video = vga.svga_memory!;
  const set = (bytes: Uint8Array): void => {
    writeOthers(video, bytes);
  };
  vga.svga_memory = new Proxy(video, {
    get: (_target, name) => (name === "set" ? set : (Reflect.get(video, name) as unknown)),
  });
  return () => {
    vga.svga_memory = video;
  };
}

/** Writes the frames of `bytes` that are not zero. */
function writeOthers(target: VideoMemory, bytes: Uint8Array): void {
  if (bytes.byteOffset % 4 !== 0 || bytes.length % FRAME_BYTES !== 0) {
    target.set(bytes);
    return;
  }
  const scan = new WordScan(() => bytes.buffer);
  forEachUsed(scan, bytes.byteOffset, bytes.length / FRAME_BYTES, (address, length) => {
    const at = address - bytes.byteOffset;
    target.set(bytes.subarray(at, at + length), at);
  });
}
