import { FRAME_BYTES } from "./frame.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * Fills frames with a 32-bit little-endian word, at any alignment of `ram`. It makes no view, because that costs more
 * than zeroing a frame. The caller has checked the range.
 */
export function fillFrames(ram: Uint8Array, first: number, frames: number, word: number): void {
  const start = first * FRAME_BYTES;
  const bytes = frames * FRAME_BYTES;
  if (word === 0) ram.fill(0, start, start + bytes);
  else repeatWord(ram, start, bytes, word);
}

/**
 * Fills frames with zeros. Frames that are already zero are not written, because an untouched page of an emulator's
 * memory takes no memory of the host. The caller has checked the range.
 * @param scan a scan of the buffer of `ram`, which starts at a multiple of four
 * @param written called with every byte range of `ram` that was written
 */
export function zeroFrames(
  ram: Uint8Array,
  scan: ZeroScan,
  first: number,
  frames: number,
  written: (start: number, end: number) => void,
): void {
  const end = first + frames;
  for (let at = first; at < end;) {
    at += scan.zeros(ram.byteOffset + at * FRAME_BYTES, end - at);
    // Frames that are not zero are filled in one piece, because one call for each takes longer.
    const from = at;
    at += scan.others(ram.byteOffset + at * FRAME_BYTES, end - at);
    if (at === from) return;
    ram.fill(0, from * FRAME_BYTES, at * FRAME_BYTES);
    written(from * FRAME_BYTES, at * FRAME_BYTES);
  }
}

/** Writes the word once, then repeatedly doubles the filled part. */
function repeatWord(ram: Uint8Array, start: number, bytes: number, word: number): void {
  for (let i = 0; i < 4; i++) ram[start + i] = word >>> (8 * i);
  for (let done = 4; done < bytes; done *= 2) {
    ram.copyWithin(start + done, start, start + Math.min(done, bytes - done));
  }
}
