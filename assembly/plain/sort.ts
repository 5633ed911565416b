/** How many of the i32 keys at `keys` are smaller than the one at `key`. */
// @ts-ignore: decorator
@inline
export function countSmaller(key: usize, keys: usize, end: usize): u32 {
  const own = load<i32>(key);
  let smaller: u32 = 0;
  for (; keys < end; keys += 4) smaller += u32(load<i32>(keys) < own);
  return smaller;
}
