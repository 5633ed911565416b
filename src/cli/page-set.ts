import { PageTracker } from "../tracker/index.ts";

/** A tracker over `frames` that holds the given [first, frames] pairs. */
export function trackerOf(frames: number, runs: Uint32Array): PageTracker {
  const tracker = new PageTracker(frames);
  for (let i = 0; i < runs.length; i += 2) tracker.inflateRange(runs[i]!, runs[i + 1]!);
  return tracker;
}
