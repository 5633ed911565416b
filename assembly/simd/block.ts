import { BLOCK, UNBACKED_PFN, storeEnds } from "../ends";

/**
 * Looks at 64 PFNs at a time without a branch per PFN.
 *
 *   PFN    7  8  9 | 40 39 38 | 90
 *   step     +1 +1   x  -1 -1   x       to the next PFN, saturated to i8: only true steps of one stay +1 or -1
 *   link      1  1   0   1  1   0       bit i: PFNs i and i + 1 belong to one run
 *   end    0  0  1   0   0  1   1       bit i: a run ends at PFN i, and the next begins at PFN i + 1
 */

/** Repeats the last PFN over the 32 that follow, so that vector loads of the last block see nothing new. */
export function padTail(end: usize): void {
  const last = v128.load32_splat(end - 4);
  v128.store(end, last);
  v128.store(end, last, 16);
  v128.store(end, last, 32);
  v128.store(end, last, 48);
  v128.store(end, last, 64);
  v128.store(end, last, 80);
  v128.store(end, last, 96);
  v128.store(end, last, 112);
}

/** Whether any of the `n` PFNs, rounded up to 32, is larger than `last`. */
// @ts-ignore: decorator
@inline
export function exceeds(p: usize, n: u32, last: u32): bool {
  let most = i32x4.max_u(most16(p), most16(p + 64));
  if (n > 32) most = i32x4.max_u(most, i32x4.max_u(most16(p + 128), most16(p + 192)));
  return above(most, last);
}

/** Whether any of 8 sampled steps is a step of one: a cheap guess at whether a block has runs. */
// @ts-ignore: decorator
@inline
export function hasNeighbours(p: usize): bool {
  const one = i32x4.splat(1);
  const near = i32x4.eq(i32x4.abs(step4(p, v128.load(p))), one);
  const far = i32x4.eq(i32x4.abs(step4(p + 64, v128.load(p + 64))), one);
  return v128.any_true(v128.or(near, far));
}

/**
 * Stores the ends of the runs among `n` PFNs (1 to CHUNK), block by block; returns how many runs there are, plus flags.
 * Reads up to one PFN past the next multiple of 32.
 */
export function findEnds(p: usize, n: u32, last: u32): u32 {
  let most = i32x4.splat(0);
  let found: u32 = 0;
  for (let at: usize = 0; ; at += 8) {
    let a = v128.load(p);
    let b = v128.load(p, 16);
    let c = v128.load(p, 32);
    let d = v128.load(p, 48);
    const s0 = steps(p, a, b, c, d);
    most = i32x4.max_u(most, most4(a, b, c, d));
    a = v128.load(p, 64);
    b = v128.load(p, 80);
    c = v128.load(p, 96);
    d = v128.load(p, 112);
    const s1 = steps(p + 64, a, b, c, d);
    most = i32x4.max_u(most, most4(a, b, c, d));
    let links = ones(s0, s1);
    let down = signs(s0, s1);
    if (n > 32) {
      a = v128.load(p, 128);
      b = v128.load(p, 144);
      c = v128.load(p, 160);
      d = v128.load(p, 176);
      const s2 = steps(p + 128, a, b, c, d);
      most = i32x4.max_u(most, most4(a, b, c, d));
      a = v128.load(p, 192);
      b = v128.load(p, 208);
      c = v128.load(p, 224);
      d = v128.load(p, 240);
      const s3 = steps(p + 192, a, b, c, d);
      most = i32x4.max_u(most, most4(a, b, c, d));
      links |= ones(s2, s3) << 32;
      down |= signs(s2, s3) << 32;
    }
    found += storeEnds(at, links, down, n);
    if (n <= BLOCK) break;
    n -= BLOCK;
    p += BLOCK << 2;
  }
  return above(most, last) ? UNBACKED_PFN : found;
}

/** The 16 steps from the PFNs at `p`, given in four vectors, to their successors. */
// @ts-ignore: decorator
@inline
function steps(p: usize, a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(step4(p, a), step4(p + 16, b)),
    i16x8.narrow_i32x4_s(step4(p + 32, c), step4(p + 48, d)),
  );
}

// @ts-ignore: decorator
@inline
function step4(p: usize, pfns: v128): v128 {
  return i32x4.sub(v128.load(p, 4), pfns);
}

/** Which of 32 steps are +1 or -1. */
// @ts-ignore: decorator
@inline
function ones(low: v128, high: v128): u64 {
  const one = i8x16.splat(1);
  return bits(i8x16.eq(i8x16.abs(low), one), i8x16.eq(i8x16.abs(high), one));
}

/** Which of 32 steps are negative: their uppermost bits. */
// @ts-ignore: decorator
@inline
function signs(low: v128, high: v128): u64 {
  return bits(low, high);
}

/** The uppermost bits of 32 lanes. */
// @ts-ignore: decorator
@inline
function bits(low: v128, high: v128): u64 {
  return <u64>((<u32>i8x16.bitmask(low)) | (<u32>i8x16.bitmask(high) << 16));
}

// @ts-ignore: decorator
@inline
function most16(p: usize): v128 {
  return most4(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48));
}

// @ts-ignore: decorator
@inline
function most4(a: v128, b: v128, c: v128, d: v128): v128 {
  return i32x4.max_u(i32x4.max_u(a, b), i32x4.max_u(c, d));
}

// @ts-ignore: decorator
@inline
function above(most: v128, last: u32): bool {
  return v128.any_true(i32x4.gt_u(most, i32x4.splat(last)));
}
