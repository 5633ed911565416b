/**
 * A separate module, which imports the memory that it looks at: copying guest memory into the engine's would take longer
 * than looking at it. Addresses and counts are unsigned; the last frame may end at 4 GiB.
 */
const FRAME_BYTES: u32 = 4096;
/** Bytes that are looked at together: eight vectors. */
const LOOK_BYTES: u32 = 128;

/** How many frames from `address` on contain only zeros, of at most `frames`. */
export function zeros(address: u32, frames: u32): u32 {
  let found: u32 = 0;
  while (found < frames && isZero(address + found * FRAME_BYTES)) found++;
  return found;
}

/** How many frames from `address` on contain something else, of at most `frames`. */
export function others(address: u32, frames: u32): u32 {
  let found: u32 = 0;
  while (found < frames && !isZero(address + found * FRAME_BYTES)) found++;
  return found;
}

// @ts-ignore: decorator
@inline
function isZero(address: u32): bool {
  for (let at: u32 = 0; at < FRAME_BYTES; at += LOOK_BYTES) {
    const look: usize = address + at;
    const some = v128.or(
      v128.or(
        v128.or(v128.load(look), v128.load(look, 16)),
        v128.or(v128.load(look, 32), v128.load(look, 48)),
      ),
      v128.or(
        v128.or(v128.load(look, 64), v128.load(look, 80)),
        v128.or(v128.load(look, 96), v128.load(look, 112)),
      ),
    );
    if (v128.any_true(some)) return false;
  }
  return true;
}
