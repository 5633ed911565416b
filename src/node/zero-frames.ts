import { FRAME_BYTES } from "../memory/index.ts";
const ZEROS = Buffer.alloc(FRAME_BYTES);

/** Whether the 4096 bytes of a frame are all zero. Uses memcmp, which is faster than any loop in JavaScript. */
export function isZero(ram: Buffer, frame: number): boolean {
  const start = frame * FRAME_BYTES;
  return ram[start] === 0 && ram.compare(ZEROS, 0, FRAME_BYTES, start, start + FRAME_BYTES) === 0;
}

/** Visits the runs of frames for which `wanted` is true, in ascending order. */
export function forEachRunOf(
  frames: number,
  wanted: (frame: number) => boolean,
  visit: (first: number, frames: number) => void,
): void {
  for (let at = 0; at < frames; at++) {
    const first = at;
    while (at < frames && wanted(at)) at++;
    if (at > first) visit(first, at - first);
  }
}
