import { BITMAP } from "./layout";
import { emit, runsFull } from "./runs";

/**
 * Emits the maximal runs among frames [first, end) whose bit, XORed with that of `flip` (all ones or zero), is one,
 * until the run area is full. Returns where to go on: `end`, or the frame after the last run, which belongs to none.
 * Hence the runs of successive scans never touch. All frames below `end` are backed.
 *
 * Walks from edge to edge with one word in hand; `word` holds what is still ahead of the last edge:
 *
 *   frame      …  58 59 60 61 62 63 | 64 65 66 …
 *   bitmap        0  0  1  1  1  1  | 1  1  0
 *   rise at 60    └──────┘ word = bits of the bitmap
 *   fall at 66          └───────────────┘ word = complement of the bitmap
 */
export function scanRuns(first: u32, end: u32, flip: u64): u32 {
  if (first >= end) return end;
  const last = <usize>((end - 1) >>> 6) << 3;
  let at = <usize>(first >>> 6) << 3;
  let word = (load<u64>(at, BITMAP) ^ flip) & (<u64>-1 << (first & 63));
  while (!runsFull()) {
    while (!word) {
      if (at == last) return end;
      at += 8;
      word = load<u64>(at, BITMAP) ^ flip;
    }
    const rise = <u32>(at << 3) + <u32>ctz(word);
    if (rise >= end) return end;
    word = ahead(word);
    while (!word && at < last) {
      at += 8;
      word = ~(load<u64>(at, BITMAP) ^ flip);
    }
    const fall = word ? <u32>(at << 3) + <u32>ctz(word) : end;
    if (fall >= end) {
      emit(rise, end - rise);
      return end;
    }
    emit(rise, fall - rise);
    word = ahead(word);
    first = fall;
  }
  return first;
}

/** The complement of `word` from its lowest one upward: the other kind of frame, after this edge. */
// @ts-ignore: decorator
@inline
function ahead(word: u64): u64 {
  return ~word & (<u64>-1 << ctz(word));
}
