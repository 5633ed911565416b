import { BLOCK, UNBACKED_PFN, storeEnds } from "../ends";

/** What simd/block.ts does, one PFN at a time. */

/** Nothing reads past the batch here. */
export function padTail(_end: usize): void {}

/** Whether any of the `n` PFNs is larger than `last`. */
// @ts-ignore: decorator
@inline
export function exceeds(p: usize, n: u32, last: u32): bool {
  let most: u32 = 0;
  for (let i: u32 = 0; i < n; i++) most = max<u32>(most, load<u32>(p + (<usize>i << 2)));
  return most > last;
}

/** Whether any of 8 sampled steps is a step of one: a cheap guess at whether a block has runs. */
// @ts-ignore: decorator
@inline
export function hasNeighbours(p: usize): bool {
  let found: u32 = 0;
  for (let i: usize = 0; i < 16; i += 4) found |= link(p + i) | link(p + 64 + i);
  return found != 0;
}

/** Stores the ends of the runs among `n` PFNs (1 to CHUNK); returns how many runs there are, plus flags. */
export function findEnds(p: usize, n: u32, last: u32): u32 {
  let most: u32 = 0;
  let found: u32 = 0;
  for (let i: u32 = 0; i < n; i += BLOCK) {
    const start = p + (<usize>i << 2);
    const end = start + (<usize>(min<u32>(n - i, BLOCK) - 1) << 2);
    let next = load<u32>(end);
    let links: u64 = 0;
    let down: u64 = 0;
    most = max<u32>(most, next);
    for (let at = end; at > start; at -= 4) {
      const pfn = load<u32>(at - 4);
      const step = next - pfn;
      links = (links << 1) | u64(((step + 1) & ~2) == 0);
      down = (down << 1) | (<u64>step >>> 31);
      most = max<u32>(most, pfn);
      next = pfn;
    }
    found += storeEnds(<usize>(i >>> 3), links, down, n - i);
  }
  return most > last ? UNBACKED_PFN : found;
}

/** 1 when the step from the PFN at `p` to the next is +1 or -1. */
// @ts-ignore: decorator
@inline
function link(p: usize): u32 {
  const step = load<u32>(p, 4) - load<u32>(p);
  return u32(step == 1 || step == <u32>-1);
}
