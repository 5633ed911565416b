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

/** Stores the ends of the runs among `n` PFNs (1 to 64) at `ends`; returns whether all of them are at most `last`. */
// @ts-ignore: decorator
@inline
export function findEnds(p: usize, n: u32, last: u32, ends: usize): bool {
  let next = load<u32>(p + (<usize>(n - 1) << 2));
  let most = next;
  let links: u64 = 0;
  let down: u64 = 0;
  for (let at = p + (<usize>(n - 1) << 2); at > p; at -= 4) {
    const pfn = load<u32>(at - 4);
    const step = next - pfn;
    links = (links << 1) | u64(((step + 1) & ~2) == 0);
    down = (down << 1) | (<u64>step >>> 31);
    most = max<u32>(most, pfn);
    next = pfn;
  }
  // 7 8 7: the second of two opposite steps does not link, or one frame would belong to two runs.
  const turns = (links & (links >>> 1) & (down ^ (down >>> 1))) << 1;
  store<u64>(ends, (~links | turns) & (<u64>-1 >>> (64 - n)));
  return most <= last;
}

/** 1 when the step from the PFN at `p` to the next is +1 or -1. */
// @ts-ignore: decorator
@inline
function link(p: usize): u32 {
  const step = load<u32>(p, 4) - load<u32>(p);
  return u32(step == 1 || step == <u32>-1);
}
