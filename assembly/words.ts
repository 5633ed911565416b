import { BITMAP, MASKS } from "./layout";
import { emitFlips } from "./host-pages";
import { DEFLATE, INFLATE, WITH_PAGES, WITH_RUNS } from "./modes";
import { emit, emitBits, joinSince, mark, replaceRuns } from "./runs";

/** Sets or clears the bits of `mask` in the word at byte `at` of the bitmap; returns those of them that were set. */
// @ts-ignore: decorator
@inline
function modify(at: usize, mask: u64, mode: u32): u64 {
  const word = load<u64>(at, BITMAP);
  const after = mode & INFLATE ? word | mask : word & ~mask;
  if (mode & WITH_PAGES && !(mode & INFLATE)) emitFlips(after, word, <u32>at << 3);
  store<u64>(at, after, BITMAP);
  if (mode & WITH_PAGES && mode & INFLATE) emitFlips(word, after, <u32>at << 3);
  return word & mask;
}

/** Runs up to this are applied with one unaligned word, which holds them wherever in a group of 16 frames they begin. */
export const SHORT: u32 = 48;

/** Writes the masks of 1 to SHORT frames: loading one takes less than shifting, 3 % on short runs. */
export function writeMasks(): void {
  for (let i: u32 = 0; i < SHORT; i++) store<u64>(<usize>i << 3, <u64>-1 >>> (63 - i), MASKS);
}

/**
 * Applies the mode to a run of 1 to SHORT backed frames with one read-modify-write; returns how many were in the set.
 * `span` is 4 bytes for each step of the run, as its PFNs are stored. Loads need not be aligned, so the window of 64
 * frames may begin at any byte, or at any 16-frame group where host pages are lanes of it; the run never straddles it:
 *
 *   bit  0              15 16                                           63
 *        ┌────────────────┬───────────────────────────────────────────────┐
 *        │ run begins here│ … and ends at most 15 + 48 frames further     │
 *        └────────────────┴───────────────────────────────────────────────┘
 */
// @ts-ignore: decorator
@inline
export function applyShort(first: u32, span: u32, mode: u32): u32 {
  const at = mode & WITH_PAGES ? <usize>(first >>> 4) << 1 : <usize>(first >>> 3);
  const mask = load<u64>(<usize>span << 1, MASKS) << (first & (mode & WITH_PAGES ? 15 : 7));
  const were = modify(at, mask, mode);
  if (mode & WITH_RUNS) {
    const changed = mode & INFLATE ? mask & ~were : were;
    if (changed == mask) emit(first, (span >>> 2) + 1);
    else emitBits(changed, <u32>at << 3);
  }
  return <u32>popcnt(were);
}

/** Applies the mode to a run of backed frames of any length (at least 1), word by word; returns how many were in the set. */
// @ts-ignore: decorator
@inline
function apply(first: u32, frames: u32, mode: u32): u32 {
  const last = first + frames - 1;
  const end = <usize>(last >>> 6) << 3;
  const head = <u64>-1 << (first & 63);
  const tail = <u64>-1 >>> (63 - (last & 63));
  let at = <usize>(first >>> 6) << 3;
  if (at == end) return applyWord(at, head & tail, mode);
  const since = mark();
  let were = applyWord(at, head, mode);
  for (at += 8; at < end; at += 8) were += applyWord(at, -1, mode);
  were += applyWord(end, tail, mode);
  if (mode & WITH_PAGES) joinSince(since);
  // The usual case; also keeps a long run from being cut at word borders.
  if (mode & WITH_RUNS && were == (mode & INFLATE ? 0 : frames)) replaceRuns(since, first, frames);
  return were;
}

// @ts-ignore: decorator
@inline
function applyWord(at: usize, mask: u64, mode: u32): u32 {
  const were = modify(at, mask, mode);
  if (mode & WITH_RUNS) emitBits(mode & INFLATE ? mask & ~were : were, <u32>at << 3);
  return <u32>popcnt(were);
}

// One function per mode: inlining `apply` at each call would double the module and gain no speed.

function deflateLong(first: u32, frames: u32): u32 {
  return apply(first, frames, DEFLATE);
}

function inflateLong(first: u32, frames: u32): u32 {
  return apply(first, frames, INFLATE);
}

function deflateLongRuns(first: u32, frames: u32): u32 {
  return apply(first, frames, DEFLATE | WITH_RUNS);
}

function inflateLongRuns(first: u32, frames: u32): u32 {
  return apply(first, frames, INFLATE | WITH_RUNS);
}

function deflateLongPages(first: u32, frames: u32): u32 {
  return apply(first, frames, DEFLATE | WITH_PAGES);
}

function inflateLongPages(first: u32, frames: u32): u32 {
  return apply(first, frames, INFLATE | WITH_PAGES);
}

/** Applies the mode to a run of backed frames of any length; returns how many were in the set. */
// @ts-ignore: decorator
@inline
export function applyLong(first: u32, frames: u32, mode: u32): u32 {
  if (mode & WITH_PAGES) return mode & INFLATE ? inflateLongPages(first, frames) : deflateLongPages(first, frames);
  if (mode & WITH_RUNS) return mode & INFLATE ? inflateLongRuns(first, frames) : deflateLongRuns(first, frames);
  return mode & INFLATE ? inflateLong(first, frames) : deflateLong(first, frames);
}

/**
 * Changes all of the backed frames [first, end) if none of them is so already, and says so; changes nothing otherwise.
 * The frames that a host gives or takes back as a range are nearly always all in the same state.
 */
// @ts-ignore: decorator
@inline
export function turnAll(first: u32, end: u32, mode: u32): bool {
  const last = end - 1;
  const start = <usize>(first >>> 6) << 3;
  const stop = <usize>(last >>> 6) << 3;
  const head = <u64>-1 << (first & 63);
  const tail = <u64>-1 >>> (63 - (last & 63));
  const before: u64 = mode & INFLATE ? 0 : -1;
  if (start == stop) return turnWord(start, head & tail, before);
  if ((load<u64>(start, BITMAP) ^ before) & head || (load<u64>(stop, BITMAP) ^ before) & tail) return false;
  for (let at = start + 8; at < stop; at += 8) if (load<u64>(at, BITMAP) != before) return false;
  store<u64>(start, load<u64>(start, BITMAP) ^ head, BITMAP);
  for (let at = start + 8; at < stop; at += 8) store<u64>(at, ~before, BITMAP);
  store<u64>(stop, load<u64>(stop, BITMAP) ^ tail, BITMAP);
  return true;
}

// @ts-ignore: decorator
@inline
function turnWord(at: usize, mask: u64, before: u64): bool {
  const word = load<u64>(at, BITMAP);
  if ((word ^ before) & mask) return false;
  store<u64>(at, word ^ mask, BITMAP);
  return true;
}
