import { BITMAP, BITMAP_SLACK } from "./layout";

/**
 * Which frames exist, and which of them have memory behind their bit.
 *
 * Kernels compare PFNs with `lastBacked` alone, the one test they need anyway for hostile PFNs; whether a larger one
 * is out of range or only not backed yet is sorted out in the slow path. Growing on demand is therefore free: it
 * measures the same as a bitmap allocated in full, while a chunk directory cost random batches 37-117 %.
 *
 *   0               lastBacked            lastFrame          2^32 - 1
 *   ├────────────────────┼─────────────────────┼─────────────────┤
 *    bit is in memory      bit is clear, not     not a frame
 *                          in memory yet
 */

/** The largest frame. At most 2^32 - 2: were 2^32 - 1 a frame, its step to frame 0 would look like a link. */
export let lastFrame: u32 = 0;
export let lastBacked: u32 = 0;

/** Covers `frames` frames, 1 to 2^32 - 1. */
export function cover(frames: u32): void {
  lastFrame = frames - 1;
  measure();
}

/** Puts memory behind `frame`, which is at most `lastFrame`. False if the host refuses. */
export function back(frame: u32): bool {
  const pages = <u32>memory.size();
  const needed = pagesFor(frame);
  // A quarter on top: PFNs that climb steadily would otherwise grow the memory once per 64 KiB.
  const wanted = min<u32>(max<u32>(needed, pages + (pages >>> 2)), pagesFor(lastFrame));
  if (needed > pages && memory.grow(wanted - pages) < 0 && memory.grow(needed - pages) < 0) return false;
  measure();
  return true;
}

function pagesFor(frame: u32): u32 {
  return <u32>((BITMAP + ((<usize>frame) >>> 3) + 1 + BITMAP_SLACK + 0xffff) >>> 16);
}

function measure(): void {
  const bytes = <u64>(memory.size() << 16) - BITMAP - BITMAP_SLACK;
  lastBacked = <u32>min<u64>(lastFrame, (bytes << 3) - 1);
}
