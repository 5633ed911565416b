import { lastBacked } from "./backing";
import { BLOCK, UNBACKED_PFN, mayBeLong, runsIn } from "./ends";
import { ENDS } from "./layout";
import { exceeds, findEnds, hasNeighbours } from "./primitives";
import { applyChecked, applySingles } from "./singles";
import { changedOf } from "./modes";
import { applyLong, applyShort } from "./words";

/** Whether the last chunk had hardly any links: then the next block is sampled first (8-11 % on random batches). */
let scattered: bool = false;

/** Whether the PFNs at `p` look as scattered as those before. */
// @ts-ignore: decorator
@inline
export function mayBeScattered(p: usize): bool {
  if (scattered) scattered = !hasNeighbours(p);
  return scattered;
}

/** Applies the mode to `n` PFNs (1 to BLOCK) one by one; returns how many frames changed. */
// @ts-ignore: decorator
@inline
export function applyScattered(p: usize, n: u32, mode: u32): u32 {
  return exceeds(p, n, lastBacked) ? applyChecked(p, n, mode) : applySingles(p, n, mode);
}

/**
 * Applies the mode to `n` PFNs (1 to CHUNK) run by run; returns how many frames changed. Reads up to one PFN past the
 * next multiple of 32: the caller has padded that far with in-range PFNs.
 */
// @ts-ignore: decorator
@inline
export function applyChunk(p: usize, n: u32, mode: u32): u32 {
  const found = findEnds(p, n, lastBacked);
  if (found == UNBACKED_PFN) return applyChecked(p, n, mode);
  scattered = runsIn(found) > n - (n >>> 2);
  if (scattered) return applySingles(p, n, mode);
  return changedOf(n, mayBeLong(found) ? applyLongRuns(p, n, mode) : applyShortRuns(p, n, mode), mode);
}

/** Walks the ends of the runs with ctz; returns how many frames were in the set. */
// @ts-ignore: decorator
@inline
function applyShortRuns(p: usize, n: u32, mode: u32): u32 {
  const stop = p + (<usize>n << 2);
  let were: u32 = 0;
  for (let at = ENDS; p < stop; at += 8, p += BLOCK << 2) {
    let ends = load<u64>(at);
    let start = p;
    do {
      const end = p + (<usize>ctz(ends) << 2);
      const first = min<u32>(load<u32>(start), load<u32>(end));
      were += applyShort(first, <u32>(end - start), mode);
      start = end + 4;
      ends &= ends - 1;
    } while (ends);
  }
  return were;
}

/** The same for chunks with a long run: apart, since a call in the loop would cost the other its registers. */
function applyLongRuns(p: usize, n: u32, mode: u32): u32 {
  const stop = p + (<usize>n << 2);
  let were: u32 = 0;
  for (let at = ENDS; p < stop; at += 8, p += BLOCK << 2) {
    let start = p;
    for (let ends = load<u64>(at); ends; ends &= ends - 1) {
      const end = p + (<usize>ctz(ends) << 2);
      were += applyLong(min<u32>(load<u32>(start), load<u32>(end)), <u32>((end - start) >>> 2) + 1, mode);
      start = end + 4;
    }
  }
  return were;
}
