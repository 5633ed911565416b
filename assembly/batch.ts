import { back, lastBacked, lastFrame } from "./backing";
import { applyChunk, applyScattered, mayBeScattered } from "./blocks";
import { BLOCK, CHUNK } from "./ends";
import { OUT_OF_RANGE, RESULTS, STAGING, UNBACKED } from "./layout";
import { INFLATE, changedOf } from "./modes";
import { padTail } from "./primitives";
import { mayBeSequence, sequenceLength } from "./sequence";
import { applyChecked } from "./singles";
import { applyLong } from "./words";

/** Fewer PFNs than this are faster one by one. */
const FEW: u32 = 4;

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
    } else if (left < FEW) {
      taken = left;
      changed += applyChecked(p, taken, mode);
    } else if (mayBeScattered(p)) {
      taken = min<u32>(BLOCK, left);
      if (taken & 31) padTail(end);
      changed += applyScattered(p, taken, mode);
    } else {
      taken = min<u32>(CHUNK, left);
      if (taken & 31) padTail(end);
      changed += applyChunk(p, taken, mode);
    }
    p += <usize>taken << 2;
  }
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
  return changedOf(n, applyLong(first, n, mode), mode);
}

/** Whether frames `first` to `first + n - 1` are all at most `last`; a sequence that wraps past 2^32 is not. */
// @ts-ignore: decorator
@inline
function endsWithin(first: u32, n: u32, last: u32): bool {
  return first <= last && n - 1 <= last - first;
}
