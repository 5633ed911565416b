import { lastBacked } from "./backing";
import { findLinks, sampleLinks } from "./links";
import { applyChecked, applySingles } from "./singles";
import { applyLong, applyShort } from "./words";

/** The longest run that fits one u64 window whatever its place in a 16-frame group. */
const SHORT: u32 = 48;

/** Whether the last block had hardly any links: then the next is sampled first (8-11 % on random batches). */
let scattered: bool = false;

/**
 * Applies the mode to `n` PFNs (1 to 64); returns how many frames changed. Reads up to one PFN past the next multiple
 * of 32: the caller has padded that far with in-range PFNs.
 */
// @ts-ignore: decorator
@inline
export function applyBlock(p: usize, n: u32, mode: u32): u32 {
  if (exceeds(p, n, lastBacked)) return applyChecked(p, n, mode);
  if (scattered) {
    if (!sampleLinks(p)) return applySingles(p, n, mode);
    scattered = false;
  }
  const links = findLinks(p, n);
  if (<u32>popcnt(links) >= n >>> 2) return applyLinked(p, n, links, mode);
  scattered = true;
  return applySingles(p, n, mode);
}

/** Whether any of the `n` PFNs, rounded up to 32, is larger than `last`. */
// @ts-ignore: decorator
@inline
function exceeds(p: usize, n: u32, last: u32): bool {
  let most = i32x4.max_u(max16(p), max16(p + 64));
  if (n > 32) most = i32x4.max_u(most, i32x4.max_u(max16(p + 128), max16(p + 192)));
  return v128.any_true(i32x4.gt_u(most, i32x4.splat(last)));
}

// @ts-ignore: decorator
@inline
function max16(p: usize): v128 {
  return i32x4.max_u(
    i32x4.max_u(v128.load(p), v128.load(p, 16)),
    i32x4.max_u(v128.load(p, 32), v128.load(p, 48)),
  );
}

// @ts-ignore: decorator
@inline
function applyLinked(p: usize, n: u32, links: u64, mode: u32): u32 {
  const all = <u64>-1 >>> (64 - n);
  let starts = ~(links << 1) & all;
  let ends = ~links & all;
  let changed: u32 = 0;
  do {
    const start = <u32>ctz(starts);
    const end = <u32>ctz(ends);
    const first = min<u32>(load<u32>(p + (<usize>start << 2)), load<u32>(p + (<usize>end << 2)));
    const frames = end - start + 1;
    starts &= starts - 1;
    ends &= ends - 1;
    if (frames > SHORT) {
      changed += applyLong(first, frames, mode);
      continue;
    }
    changed += applyShort(first, frames, mode);
  } while (starts);
  return changed;
}
