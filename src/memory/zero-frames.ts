import { FRAME_BYTES } from "./frame.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * Fills frames of linear memory with zeros. Frames that are already zero are not written, because an untouched page of
 * an emulator's memory takes no memory of the host. The caller has checked the range.
 * @param scan a scan of the buffer of `ram`, which starts at a multiple of four
 */
export function zeroFrames(ram: Uint8Array, scan: ZeroScan, first: number, frames: number): void {
  const end = first + frames;
  for (let at = first; at < end;) {
    at += scan.zeros(ram.byteOffset + at * FRAME_BYTES, end - at);
    // Frames that are not zero are filled in one piece, because one call for each takes longer.
    const from = at;
    at += scan.others(ram.byteOffset + at * FRAME_BYTES, end - at);
    if (at === from) return;
    ram.fill(0, from * FRAME_BYTES, at * FRAME_BYTES);
  }
}
