import { ENDS } from "./layout";

/** PFNs a block has at most: one bit each in a word of ends. */
export const BLOCK: u32 = 64;
/**
 * Blocks that are looked at before the first of them is applied: the vector work of one does not wait then for the
 * branches of the one before, which mispredict (9 % on short runs).
 */
export const CHUNK: u32 = 4 * BLOCK;

/** A run of more than 48 of a block's 64 PFNs ends at none of these. */
const MIDDLE: u64 = 0x0000ffffffff8000;

// What `findEnds` says of a chunk: the number of its runs, plus flags.
/** One of the runs may be longer than 48. */
const LONG: u32 = 0x10000;
/** Some PFN is not backed: a flag that says it all. */
export const UNBACKED_PFN: u32 = 0x80000000;

// @ts-ignore: decorator
@inline
export function runsIn(found: u32): u32 {
  return found & 0xffff;
}

/** The flags of up to four blocks have been added up. */
// @ts-ignore: decorator
@inline
export function mayBeLong(found: u32): bool {
  return found >= LONG;
}

/**
 * Stores the ends of the runs in block `at` of a chunk, given its links and which of its steps are negative; returns the
 * number of runs, plus flags. The block has `n` PFNs, or 64 if `n` is more.
 */
// @ts-ignore: decorator
@inline
export function storeEnds(at: usize, links: u64, down: u64, n: u32): u32 {
  const valid: u64 = n < BLOCK ? (<u64>1 << n) - 1 : -1;
  links &= valid >>> 1;
  // 7 8 7: the second of two opposite steps does not link, or one frame would belong to two runs.
  const turns = (links & (links >>> 1) & (down ^ (down >>> 1))) << 1;
  const ends = (~links | turns) & valid;
  store<u64>(at, ends, ENDS);
  return <u32>popcnt(ends) | ((ends | ~valid) & MIDDLE ? 0 : LONG);
}
