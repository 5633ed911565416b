/**
 * Finds the runs in a block of up to 64 PFNs without a branch per PFN: link i says that PFNs i and i + 1 belong to
 * one run.
 *
 *   PFN    7  8  9 | 40 39 38 | 90
 *   step     +1 +1   x  -1 -1   x
 *   link      1  1   0   1  1   0
 *   starts 1  0  0   1   0  0   1       bit i: a run starts at PFN i, ~(links << 1)
 *   ends   0  0  1   0   0  1   1       bit i: a run ends at PFN i,   ~links
 *
 * Walking starts and ends with ctz costs one mispredicted branch per block instead of one per run.
 */

/** The steps from 16 PFNs to their successors, saturated to i8: only true steps of one stay +1 or -1. */
// @ts-ignore: decorator
@inline
function steps(p: usize): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(step4(p), step4(p + 16)),
    i16x8.narrow_i32x4_s(step4(p + 32), step4(p + 48)),
  );
}

// @ts-ignore: decorator
@inline
function step4(p: usize): v128 {
  return i32x4.sub(v128.load(p, 4), v128.load(p));
}

/** The lanes of 32 steps that equal `step`, as 32 bits. */
// @ts-ignore: decorator
@inline
function lanes(low: v128, high: v128, step: v128): u64 {
  return <u64>((<u32>i8x16.bitmask(i8x16.eq(low, step))) | (<u32>i8x16.bitmask(i8x16.eq(high, step)) << 16));
}

/** The links of `n` PFNs (1 to 64). Reads one PFN past the next multiple of 32. */
// @ts-ignore: decorator
@inline
export function findLinks(p: usize, n: u32): u64 {
  const one = i8x16.splat(1);
  const minusOne = i8x16.splat(-1);
  const s0 = steps(p);
  const s1 = steps(p + 64);
  let up = lanes(s0, s1, one);
  let down = lanes(s0, s1, minusOne);
  if (n > 32) {
    const s2 = steps(p + 128);
    const s3 = steps(p + 192);
    up |= lanes(s2, s3, one) << 32;
    down |= lanes(s2, s3, minusOne) << 32;
  }
  // 7 8 7: the second of two opposite steps does not link, or one frame would belong to two runs.
  const turns = ((up & (down >>> 1)) | (down & (up >>> 1))) << 1;
  return (up | down) & ~turns & (<u64>-1 >>> (64 - n) >>> 1);
}

/** Whether any of 8 sampled steps is a step of one: a cheap guess at whether a block has runs. */
// @ts-ignore: decorator
@inline
export function sampleLinks(p: usize): bool {
  const one = i32x4.splat(1);
  const near = i32x4.eq(i32x4.abs(step4(p)), one);
  const far = i32x4.eq(i32x4.abs(step4(p + 64)), one);
  return v128.any_true(v128.or(near, far));
}
