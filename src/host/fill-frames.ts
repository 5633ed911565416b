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

const FRAME_WORDS = FRAME_BYTES / 4;

/**
 * Fills frames with zeros, and writes to none that holds nothing else: an untouched page of an emulator's memory takes
 * no memory of the host until it is written. `words` are all of guest memory. The caller has checked the range.
 */
export function zeroFrames(words: Int32Array, first: number, frames: number): void {
  const end = (first + frames) * FRAME_WORDS;
  for (let at = first * FRAME_WORDS; at < end;) {
    // Frames that need it are filled in one piece: a call for each takes longer.
    const from = at;
    while (at < end && !isZero(words, at)) at += FRAME_WORDS;
    if (at > from) words.fill(0, from, at);
    else at += FRAME_WORDS;
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

/** Writes the word once, then doubles what is there. */
function repeatWord(ram: Uint8Array, start: number, bytes: number, word: number): void {
  for (let i = 0; i < 4; i++) ram[start + i] = word >>> (8 * i);
  for (let done = 4; done < bytes; done *= 2) {
    ram.copyWithin(start + done, start, start + Math.min(done, bytes - done));
  }
}
