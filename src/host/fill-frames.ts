import { FRAME_BYTES } from "./frame.ts";

/**
 * Fills frames with a 32-bit word, little-endian, wherever `ram` begins. Makes no view: that costs more than to zero a
 * frame. The caller has checked the range.
 */
export function fillFrames(ram: Uint8Array, first: number, frames: number, word: number): void {
  const start = first * FRAME_BYTES;
  const bytes = frames * FRAME_BYTES;
  if (word === 0) ram.fill(0, start, start + bytes);
  else repeatWord(ram, start, bytes, word);
}

/** Writes the word once, then doubles what is there. */
function repeatWord(ram: Uint8Array, start: number, bytes: number, word: number): void {
  for (let i = 0; i < 4; i++) ram[start + i] = word >>> (8 * i);
  for (let done = 4; done < bytes; done *= 2) {
    ram.copyWithin(start + done, start, start + Math.min(done, bytes - done));
  }
}
