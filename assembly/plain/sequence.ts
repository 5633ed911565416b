/**
 * The end of the whole groups of 16 PFNs that continue the sequence: two PFNs per comparison. A lane that wraps past
 * 2^32 spoils the other one, but such a sequence is refused as a whole: it has frames out of range.
 */
// @ts-ignore: decorator
@inline
export function matching(p: usize, end: usize, from: u32, sign: i32): usize {
  const twos: u64 = 0x200000002;
  const by = sign < 0 ? 0 - twos : twos;
  let pair = <u64>from | (<u64>(from + (<u32>sign | 1)) << 32);
  for (; p + 64 <= end; p += 64) {
    let wrong: u64 = 0;
    for (let at: usize = 0; at < 64; at += 8) {
      wrong |= load<u64>(p + at) ^ pair;
      pair += by;
    }
    if (wrong) break;
  }
  return p;
}
