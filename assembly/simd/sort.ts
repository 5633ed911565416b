/** How many of the i32 keys at `keys` are smaller than the one at `key`. Their number is a multiple of 4. */
// @ts-ignore: decorator
@inline
export function countSmaller(key: usize, keys: usize, end: usize): u32 {
  const own = v128.load32_splat(key);
  let smaller = i32x4.splat(0);
  for (; keys < end; keys += 16) smaller = i32x4.sub(smaller, i32x4.lt_s(v128.load(keys), own));
  const pairs = i32x4.add(smaller, i32x4.shuffle(smaller, smaller, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
