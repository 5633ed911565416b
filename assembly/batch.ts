import { back, lastBacked, lastFrame } from "./backing";
import { applyBlock } from "./block";
import { OUT_OF_RANGE, RESULTS, STAGING, UNBACKED } from "./layout";
import { INFLATE } from "./modes";
import { recount } from "./population";
import { mayBeSequence, sequenceLength } from "./sequence";
import { applyChecked } from "./singles";
import { applyLong } from "./words";

/** Applies the mode to the first `n` staged PFNs; returns how many frames changed. */
// @ts-ignore: decorator
@inline
export function applyBatch(n: u32, mode: u32): u32 {
  const end = STAGING + (<usize>n << 2);
  let p = STAGING;
  let changed: u32 = 0;
  store<u32>(RESULTS, 0, OUT_OF_RANGE);
  store<u32>(RESULTS, 0, UNBACKED);
  while (p < end) {
    const left = <u32>((end - p) >>> 2);
    let taken: u32 = left >= 16 && mayBeSequence(p) ? sequenceLength(p, end) : 0;
    if (taken) {
      changed += applySequence(p, taken, mode);
    } else {
      taken = min<u32>(64, left);
      if (taken & 31) pad(end);
      changed += applyBlock(p, taken, mode);
    }
    p += <usize>taken << 2;
  }
  recount(changed, mode);
  return changed;
}

/** Applies the mode to `n` PFNs (at least 2) known to step by one. */
// @ts-ignore: decorator
@inline
function applySequence(p: usize, n: u32, mode: u32): u32 {
  const from = load<u32>(p);
  // A difference, not a comparison: 0 may well be followed by 2^32 - 1.
  const first = load<u32>(p, 4) - from == 1 ? from : from - (n - 1);
  if (!endsWithin(first, n, lastBacked)) {
    const grown = mode & INFLATE && endsWithin(first, n, lastFrame) && back(first + n - 1);
    if (!grown) return applyChecked(p, n, mode);
  }
  return applyLong(first, n, mode);
}

/** Whether frames `first` to `first + n - 1` are all at most `last`; a sequence that wraps past 2^32 is not. */
// @ts-ignore: decorator
@inline
function endsWithin(first: u32, n: u32, last: u32): bool {
  return first <= last && n - 1 <= last - first;
}

/**
 * Repeats the last PFN over the 32 that follow, so that vector loads of the last block see nothing new: a link of 0,
 * no PFN out of range. Half the time of a scalar loop over the rest of a batch of 32. This is why staging has slack
 * and why what lies behind the batch does not survive.
 */
function pad(end: usize): void {
  const last = v128.load32_splat(end - 4);
  v128.store(end, last);
  v128.store(end, last, 16);
  v128.store(end, last, 32);
  v128.store(end, last, 48);
  v128.store(end, last, 64);
  v128.store(end, last, 80);
  v128.store(end, last, 96);
  v128.store(end, last, 112);
}
