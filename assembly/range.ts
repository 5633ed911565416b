import { back, lastBacked, lastFrame } from "./backing";
import { BITMAP, MAX_BATCH, NEXT, RESULTS, UNBACKED } from "./layout";
import { INFLATE, changedOf } from "./modes";
import { arrangeRuns, closeRuns, emit, openRuns } from "./runs";
import { scanRuns } from "./scan";
import { applyLong, turnAll } from "./words";

/**
 * Applies the mode to frames [first, end), first < end <= frames, up to where the run area is full: NEXT says where
 * that is (`end` if nothing is left). Leaves the changed runs; returns how many frames changed.
 */
// @ts-ignore: decorator
@inline
export function applyRange(first: u32, end: u32, mode: u32): u32 {
  openRuns();
  if (end - 1 > lastBacked || !turnAll(first, end, mode)) return applyMixed(first, end, mode);
  emit(first, end - first);
  store<u32>(RESULTS, 0, UNBACKED);
  store<u32>(RESULTS, end, NEXT);
  closeRuns();
  return end - first;
}

/** The general case: finds the runs that change before it changes them. */
function applyMixed(first: u32, end: u32, mode: u32): u32 {
  const unbacked = mode & INFLATE && !back(end - 1) ? end - first : 0;
  store<u32>(RESULTS, unbacked, UNBACKED);
  const reached = min<u32>(end, backedEnd());
  const stop = unbacked ? end : scanRuns(first, reached, mode & INFLATE ? -1 : 0);
  // What a deflate finds beyond the backed part is clear already.
  store<u32>(RESULTS, stop == reached ? end : stop, NEXT);
  closeRuns();
  return unbacked || first >= stop ? 0 : changedOf(stop - first, applyLong(first, stop - first, mode), mode);
}

/** Frames one call takes at most: each may make a host page flip, and the smallest page has two. */
const MOST: u32 = 2 * MAX_BATCH;

/** The same, leaving the flipped host pages: for frames [first, end) up to MOST of them. */
// @ts-ignore: decorator
@inline
export function applyRangePages(first: u32, end: u32, mode: u32): u32 {
  const stop = end - first > MOST ? first + MOST : end;
  // All of it, so that the first of several calls finds out.
  const unbacked = mode & INFLATE && !back(end - 1) ? end - first : 0;
  store<u32>(RESULTS, unbacked, UNBACKED);
  store<u32>(RESULTS, unbacked ? end : stop, NEXT);
  openRuns();
  const reached = min<u32>(stop, backedEnd());
  const changed = unbacked || first >= reached ? 0 : changedOf(reached - first, applyLong(first, reached - first, mode), mode);
  arrangeRuns();
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
 * Empties the set, 512 frames at a time. Writes only where something is set: the untouched part of a large bitmap has no
 * memory of the operating system behind it and must not get any.
 */
export function clear(): void {
  const end = <usize>(lastBacked >>> 3);
  for (let at: usize = 0; at <= end; at += 64) {
    if (anySet(at)) clearLine(at);
  }
}

// @ts-ignore: decorator
@inline
function anySet(at: usize): bool {
  let bits: u64 = 0;
  for (let i: usize = 0; i < 64; i += 8) bits |= load<u64>(at + i, BITMAP);
  return bits != 0;
}

// @ts-ignore: decorator
@inline
function clearLine(at: usize): void {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(at + i, 0, BITMAP);
}

// @ts-ignore: decorator
@inline
function backedEnd(): u32 {
  return lastBacked + 1;
}
