import { lastBacked } from "./backing";
import { BITMAP } from "./layout";

/** What `next` returns for "none": never a frame, since the largest is 2^32 - 2. */
const NONE: u32 = 0xffffffff;

export function has(frame: u32): bool {
  return frame <= lastBacked && ((load<u8>(<usize>(frame >>> 3), BITMAP) >>> (frame & 7)) & 1) != 0;
}

/** The first frame of the set at or after `frame`. */
export function next(frame: u32): u32 {
  if (frame > lastBacked) return NONE;
  const end = (<usize>(lastBacked >>> 6)) << 3;
  let at = (<usize>(frame >>> 6)) << 3;
  let word = load<u64>(at, BITMAP) & ((<u64>-1) << (frame & 63));
  while (!word) {
    at += 8;
    if (at > end) return NONE;
    word = load<u64>(at, BITMAP);
  }
  return ((<u32>at) << 3) + <u32>ctz(word);
}

/** The first frame at or after `frame` that is not in the set; one that does not exist if need be. */
export function nextOutside(frame: u32): u32 {
  if (frame > lastBacked) return frame;
  const end = (<usize>(lastBacked >>> 6)) << 3;
  let at = (<usize>(frame >>> 6)) << 3;
  let word = ~load<u64>(at, BITMAP) & ((<u64>-1) << (frame & 63));
  while (!word) {
    at += 8;
    if (at > end) return lastBacked + 1;
    word = ~load<u64>(at, BITMAP);
  }
  return ((<u32>at) << 3) + <u32>ctz(word);
}

/** How many of `frames` frames from `first` are in the set. */
export function countRange(first: u32, frames: u32): u32 {
  if (frames == 0 || first > lastBacked) return 0;
  const last = min<u32>(first + frames - 1, lastBacked);
  const end = (<usize>(last >>> 6)) << 3;
  let at = (<usize>(first >>> 6)) << 3;
  let mask = (<u64>-1) << (first & 63);
  let found: u32 = 0;
  for (; at < end; at += 8) {
    found += <u32>popcnt(load<u64>(at, BITMAP) & mask);
    mask = -1;
  }
  mask &= (<u64>-1) >>> (63 - (last & 63));
  return found + <u32>popcnt(load<u64>(end, BITMAP) & mask);
}
