import { BITMAP } from "./layout";
import { emit, emitBits } from "./runs";

/**
 * Host pages larger than a frame: a host can take one only while all its frames are in the set. The functions emit the
 * host pages that became full (inflate) or are no longer full (deflate).
 *
 * Up to 16 frames, pages are lanes of the 16-frame groups that bitmap windows begin at:
 *
 *   lane of 4   0110 1111 1111 0000  before
 *               1111 1111 1111 0000  after      full before, not after: a flip
 *               ^ this one flips
 *
 * A larger page can flip only when one of its 16-frame lanes does; then its bitmap words are looked at.
 */

/** Frames of a host page: a power of two, 2 to 512. Bounds what one flipped lane costs to 64 bytes of bitmap. */
export let pageFrames: u32 = 1;
/** Frames of a lane: at most 16. */
let laneFrames: u32 = 1;
/** One lane of ones. */
let lane: u32 = 1;
/** Per lane, all bits but the uppermost. */
let belowTops: u64 = 0;

export function setPageFrames(frames: u32): void {
  pageFrames = frames;
  laneFrames = min<u32>(frames, 16);
  lane = (1 << laneFrames) - 1;
  belowTops = ~((<u64>-1 / lane) << (laneFrames - 1));
}

/** The uppermost bit of every lane of `word` that is all ones. */
// @ts-ignore: decorator
@inline
function fullLanes(word: u64): u64 {
  const zeros = ~word;
  return ~(((zeros & belowTops) + belowTops) | zeros | belowTops);
}

/** Emits the pages that are full in `most` and not in `least`, while the bitmap shows `most` at frame `base`. */
// @ts-ignore: decorator
@inline
export function emitFlips(least: u64, most: u64, base: u32): void {
  const full = fullLanes(most);
  // Hardly any window has a full lane, until the guest is nearly out of memory.
  if (full) emitPages(full & ~fullLanes(least), base);
}

/** Emits the pages of the flipped lanes in the window at frame `base`, while the bitmap shows the pages as full. */
function emitPages(tops: u64, base: u32): void {
  if (pageFrames == laneFrames) return emitBits((tops << 1) - (tops >>> (laneFrames - 1)), base);
  while (tops) {
    const page = (base + <u32>ctz(tops)) & ~(pageFrames - 1);
    if (isFull(page)) emit(page, pageFrames);
    const end = page + pageFrames - base;
    tops &= end < 64 ? <u64>-1 << end : 0;
  }
}

/** Whether the lane of `frame` is full in its 16-frame group. */
// @ts-ignore: decorator
@inline
export function laneIsFull(group: u32, frame: u32): bool {
  return !(~group & (lane << (frame & (16 - laneFrames))));
}

/** Emits the page of `frame`, whose lane the bitmap shows as full, if all of it is. */
export function emitPageOf(frame: u32): void {
  const page = frame & ~(pageFrames - 1);
  if (pageFrames == laneFrames || isFull(page)) emit(page, pageFrames);
}

/** Whether all frames of a page of more than 16 frames are in the set. */
function isFull(page: u32): bool {
  // Not of page + pageFrames, which may wrap to 0.
  const end = <usize>(page >>> 3) + <usize>(pageFrames >>> 3);
  let all: u32 = -1;
  for (let at = <usize>(page >>> 3); at < end; at += 4) all &= load<u32>(at, BITMAP);
  return all == -1;
}
