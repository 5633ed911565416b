import { applyBatch } from "./batch";
import { DEFLATE, INFLATE, WITH_RUNS } from "./modes";
import { applyRange } from "./range";
import { arrangeRuns, openRuns } from "./runs";

export { init } from "./backing";
export { MAX_BATCH, RESULTS, RUNS, STAGING } from "./layout";
export { count } from "./population";
export { countRange, has, next } from "./query";
export { clear, scan } from "./range";

export function inflate(n: u32): u32 {
  return applyBatch(n, INFLATE);
}

export function deflate(n: u32): u32 {
  return applyBatch(n, DEFLATE);
}

export function inflateRuns(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, INFLATE | WITH_RUNS);
  arrangeRuns();
  return changed;
}

export function deflateRuns(n: u32): u32 {
  openRuns();
  const changed = applyBatch(n, DEFLATE | WITH_RUNS);
  arrangeRuns();
  return changed;
}

export function inflateRange(first: u32, end: u32): u32 {
  return applyRange(first, end, INFLATE);
}

export function deflateRange(first: u32, end: u32): u32 {
  return applyRange(first, end, DEFLATE);
}
