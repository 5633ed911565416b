/**
 * Page tracking alone, which needs nothing else of the package: loads in half the time.
 * @module ballonet/tracker
 */
export { PageSet } from "./page-set.ts";
export type { FrameQueries } from "./page-set.ts";
export { MAX_BATCH, MAX_FRAMES, PageTracker } from "./page-tracker.ts";
export type { BatchResult, PageTrackerOptions } from "./page-tracker.ts";
export type { EngineSource } from "./engine.ts";
export { Runs } from "./runs.ts";
