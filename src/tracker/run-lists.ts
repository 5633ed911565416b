import { checkBacked } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { NEXT, RUN_COUNT, UNBACKED } from "./engine.ts";
import { MAX_BATCH } from "./staging.ts";
import type { Staging } from "./staging.ts";

/** The runs of the set in ascending order, one run area of [first, frames] pairs at a time, each a copy. */
export function* listRuns(memory: EngineMemory): Generator<Uint32Array, void> {
  for (let at = 0; at < memory.frames;) {
    memory.keepRuns();
    memory.engine.scan(at);
    const { runs, results } = memory.views;
    at = results[NEXT]!;
    // No part begins where the one before ended.
    yield runs.slice(0, 2 * results[RUN_COUNT]!);
  }
}

/** All runs of the set in ascending order, as [first, frames] pairs. */
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

/** Adds runs, [first, frames] pairs within the frames of the set; returns how many frames that added. */
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
