import { RESULTS, RUNS, RUNS_END, RUN_COUNT } from "./layout";
import { sortRuns } from "./sort";

/**
 * The run area: runs of changed frames, written as they are found, put in order by `arrangeRuns` when somebody asks.
 *
 *   ┌───────┬────────┬───────┬────────┬───
 *   │ first │ frames │ first │ frames │ …      u32 each
 *   └───────┴────────┴───────┴────────┴───
 *                                     ^ cursor
 */
let cursor: usize = RUNS;

// @ts-ignore: decorator
@inline
export function openRuns(): void {
  cursor = RUNS;
}

// @ts-ignore: decorator
@inline
export function emit(first: u32, frames: u32): void {
  store<u32>(cursor, first);
  store<u32>(cursor, frames, 4);
  cursor += 8;
}

/** Emits a run if `really` is 1, nothing if it is 0: writes always, since random PFNs mispredict a branch. */
// @ts-ignore: decorator
@inline
export function emitIf(first: u32, frames: u32, really: u32): void {
  store<u32>(cursor, first);
  store<u32>(cursor, frames, 4);
  cursor += <usize>really << 3;
}

/** Emits the runs of ones in `bits`, whose bit 0 is frame `base`. */
export function emitBits(bits: u64, base: u32): void {
  while (bits) {
    const first = <u32>ctz(bits);
    const frames = <u32>ctz(~(bits >>> first));
    emit(base + first, frames);
    if (first + frames >= 64) return;
    bits &= <u64>-1 << (first + frames);
  }
}

/** Where the next run goes: handed to `replaceRuns` to fold what was emitted since into one run. */
// @ts-ignore: decorator
@inline
export function mark(): usize {
  return cursor;
}

// @ts-ignore: decorator
@inline
export function replaceRuns(since: usize, first: u32, frames: u32): void {
  cursor = since;
  emit(first, frames);
}

// @ts-ignore: decorator
@inline
export function runsFull(): bool {
  return cursor >= RUNS_END;
}

/** Publishes the runs as they are. */
// @ts-ignore: decorator
@inline
export function closeRuns(): void {
  store<u32>(RESULTS, <u32>((cursor - RUNS) >>> 3), RUN_COUNT);
}

/** Puts the runs in ascending order, joins those that touch and publishes them. */
export function arrangeRuns(): void {
  const runs = cursor - RUNS;
  if (runs > 8) {
    const sorted = sortRuns(cursor);
    cursor = join(sorted, sorted + runs, RUNS);
  }
  closeRuns();
}

/** Joins what was emitted since, if that is in ascending order: a long run is found word by word. */
// @ts-ignore: decorator
@inline
export function joinSince(since: usize): void {
  if (cursor > since + 8) cursor = join(since, cursor, since);
}

/**
 * Joins those of the runs from `run` to `stop`, in ascending order, that touch, and leaves them at `out`; returns where
 * they end. Branch-free: whether neighbours touch is a coin toss in the batches that have many runs.
 */
function join(run: usize, stop: usize, out: usize): usize {
  let first: u32 = 0;
  let end: u32 = load<u32>(run) - 1;
  out -= 8;
  for (; run < stop; run += 8) {
    const next = load<u32>(run);
    const apart = u32(next != end);
    out += <usize>apart << 3;
    first = apart ? next : first;
    end = next + load<u32>(run, 4);
    store<u32>(out, first);
    store<u32>(out, end - first, 4);
  }
  return out + 8;
}
