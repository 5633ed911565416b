/** The end of the whole groups of 16 PFNs that continue the sequence. */
// @ts-ignore: decorator
@inline
export function matching(p: usize, end: usize, from: u32, sign: i32): usize {
  const group = i32x4.splat((sign | 1) << 4);
  let v0 = counting(from, sign, i32x4(0, 1, 2, 3));
  let v1 = counting(from, sign, i32x4(4, 5, 6, 7));
  let v2 = counting(from, sign, i32x4(8, 9, 10, 11));
  let v3 = counting(from, sign, i32x4(12, 13, 14, 15));
  // Two groups per branch: 6 % on batches of 256, 12 % on 4096.
  while (p + 128 <= end) {
    const w0 = i32x4.add(v0, group);
    const w1 = i32x4.add(v1, group);
    const w2 = i32x4.add(v2, group);
    const w3 = i32x4.add(v3, group);
    if (v128.any_true(v128.or(mismatch(p, v0, v1, v2, v3), mismatch(p + 64, w0, w1, w2, w3)))) break;
    p += 128;
    v0 = i32x4.add(w0, group);
    v1 = i32x4.add(w1, group);
    v2 = i32x4.add(w2, group);
    v3 = i32x4.add(w3, group);
  }
  while (p + 64 <= end && !v128.any_true(mismatch(p, v0, v1, v2, v3))) {
    p += 64;
    v0 = i32x4.add(v0, group);
    v1 = i32x4.add(v1, group);
    v2 = i32x4.add(v2, group);
    v3 = i32x4.add(v3, group);
  }
  return p;
}

/** Nonzero where the 16 PFNs at `p` are not the expected ones. */
// @ts-ignore: decorator
@inline
function mismatch(p: usize, v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  return v128.or(
    v128.or(v128.xor(v0, v128.load(p)), v128.xor(v1, v128.load(p, 16))),
    v128.or(v128.xor(v2, v128.load(p, 32)), v128.xor(v3, v128.load(p, 48))),
  );
}

/** from + offsets, or from - offsets: x ^ -1 - -1 is -x. */
// @ts-ignore: decorator
@inline
function counting(from: u32, sign: i32, offsets: v128): v128 {
  const signs = i32x4.splat(sign);
  return i32x4.add(i32x4.splat(from), i32x4.sub(v128.xor(offsets, signs), signs));
}
