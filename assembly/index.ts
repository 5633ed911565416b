import { cover } from "./backing";
import { applyBatch } from "./batch";
import { DEFLATE, INFLATE, WITH_PAGES, WITH_RUNS } from "./modes";
import { applyRange, applyRangePages } from "./range";
import { closeRuns, openRuns } from "./runs";
import { writeMasks } from "./words";

export { setPageFrames } from "./host-pages";
export { BITMAP, BITMAP_SLACK, MAX_BATCH, RESULTS, RUNS, STAGING } from "./layout";
export { inflateList } from "./list";
export { countRange, has, next, nextOutside } from "./query";
export { clear, scan } from "./range";
export { arrangeRuns } from "./runs";

/** Covers `frames` frames, 1 to 2^32 - 1. Called once, on fresh (zero) memory. */
export function init(frames: u32): void {
  writeMasks();
  cover(frames);
}

export function inflate(n: u32): u32 {
  return applyBatch(n, INFLATE);
}

export function deflate(n: u32): u32 {
  return applyBatch(n, DEFLATE);
}

export function inflateRuns(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, INFLATE | WITH_RUNS);
  closeRuns();
  return changed;
}

export function deflateRuns(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, DEFLATE | WITH_RUNS);
  closeRuns();
  return changed;
}

export function inflatePages(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, INFLATE | WITH_PAGES);
  closeRuns();
  return changed;
}

export function deflatePages(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, DEFLATE | WITH_PAGES);
  closeRuns();
  return changed;
}

export function inflateRange(first: u32, end: u32): u32 {
  return applyRange(first, end, INFLATE);
}

export function deflateRange(first: u32, end: u32): u32 {
  return applyRange(first, end, DEFLATE);
}

export function inflateRangePages(first: u32, end: u32): u32 {
  return applyRangePages(first, end, INFLATE | WITH_PAGES);
}

export function deflateRangePages(first: u32, end: u32): u32 {
  return applyRangePages(first, end, DEFLATE | WITH_PAGES);
}
