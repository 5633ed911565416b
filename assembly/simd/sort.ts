/**
 * Stores for each of the four i32 keys at `key` how many of the keys at `keys` are smaller. Their number is a multiple
 * of 4.
 */
// @ts-ignore: decorator
@inline
export function storePlaces(key: usize, keys: usize, end: usize, places: usize): void {
  const k0 = v128.load32_splat(key);
  const k1 = v128.load32_splat(key, 4);
  const k2 = v128.load32_splat(key, 8);
  const k3 = v128.load32_splat(key, 12);
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  for (; keys < end; keys += 16) {
    const others = v128.load(keys);
    c0 = i32x4.sub(c0, i32x4.lt_s(others, k0));
    c1 = i32x4.sub(c1, i32x4.lt_s(others, k1));
    c2 = i32x4.sub(c2, i32x4.lt_s(others, k2));
    c3 = i32x4.sub(c3, i32x4.lt_s(others, k3));
  }
  const c01 = sumPairs(c0, c1);
  const c23 = sumPairs(c2, c3);
  const sums = i32x4.add(i32x4.shuffle(c01, c23, 0, 1, 4, 5), i32x4.shuffle(c01, c23, 2, 3, 6, 7));
  v128.store(places, sums);
}

/** [a0 + a2, b0 + b2, a1 + a3, b1 + b3] */
// @ts-ignore: decorator
@inline
function sumPairs(a: v128, b: v128): v128 {
  return i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
}
