import { checkBacked } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { NEXT, RUN_COUNT, UNBACKED } from "./engine.ts";
import { MAX_BATCH } from "./limits.ts";
import type { Staging } from "./staging.ts";

/** Yields the runs of the set in ascending order, one run area at a time, as copied [first, frames] pairs. */
export function* listRuns(memory: EngineMemory): Generator<Uint32Array, void> {
  for (let at = 0; at < memory.frames;) {
    memory.keepRuns();
    memory.engine.scan(at);
    const { runs, results } = memory.views;
    at = results[NEXT]!;
    // A part never starts exactly where the one before ended, so no runs need to be joined.
    yield runs.slice(0, 2 * results[RUN_COUNT]!);
  }
}

/** Returns all runs of the set in ascending order, as [first, frames] pairs. */
export function allRuns(memory: EngineMemory): Uint32Array {
  const parts = [...listRuns(memory)];
  if (parts.length === 1) return parts[0]!;
  const all = new Uint32Array(parts.reduce((words, part) => words + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Adds runs within the set's range, given as [first, frames] pairs. Returns the number of frames added. */
export function addRuns(memory: EngineMemory, staging: Staging, pairs: Uint32Array): number {
  let added = 0;
  for (let at = 0; at < pairs.length; at += MAX_BATCH) {
    const changed = memory.engine.inflateList(staging.fill(pairs, at) / 2) >>> 0;
    memory.count += changed;
    added += changed;
    checkBacked(memory.views.results[UNBACKED]!);
  }
  return added;
}
