import { back, lastBacked, lastFrame } from "./backing";
import { BITMAP, NEXT, RESULTS, UNBACKED } from "./layout";
import { INFLATE } from "./modes";
import { recount, recountNone } from "./population";
import { closeRuns, openRuns } from "./runs";
import { scanRuns } from "./scan";
import { applyLong } from "./words";

/**
 * Applies the mode to frames [first, end), first < end <= frames, up to where the run area is full: NEXT says where
 * that is (`end` if nothing is left). Leaves the changed runs; returns how many frames changed.
 */
// @ts-ignore: decorator
@inline
export function applyRange(first: u32, end: u32, mode: u32): u32 {
  const unbacked = mode & INFLATE && !back(end - 1) ? end - first : 0;
  store<u32>(RESULTS, unbacked, UNBACKED);
  openRuns();
  const reached = min<u32>(end, backedEnd());
  const stop = unbacked ? end : scanRuns(first, reached, mode & INFLATE ? -1 : 0);
  // What a deflate finds beyond the backed part is clear already.
  store<u32>(RESULTS, stop == reached ? end : stop, NEXT);
  closeRuns();
  const changed = unbacked || first >= stop ? 0 : applyLong(first, stop - first, mode);
  recount(changed, mode);
  return changed;
}

/** Lists the runs of the set from `first` on until the run area is full; NEXT says where to go on. */
export function scan(first: u32): void {
  openRuns();
  const stop = scanRuns(first, backedEnd(), 0);
  store<u32>(RESULTS, stop == backedEnd() ? lastFrame + 1 : stop, NEXT);
  closeRuns();
}

/**
 * Empties the set. Writes only where something is set: the untouched part of a large bitmap has no memory of the
 * operating system behind it and must not get any.
 */
export function clear(): void {
  const end = <usize>(lastBacked >>> 3);
  for (let at: usize = 0; at <= end; at += 8) {
    if (load<u64>(at, BITMAP)) store<u64>(at, 0, BITMAP);
  }
  recountNone();
}

// @ts-ignore: decorator
@inline
function backedEnd(): u32 {
  return lastBacked + 1;
}
