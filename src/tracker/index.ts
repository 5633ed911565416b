export type { BatchResult } from "./batches.ts";
export type { EngineSource } from "./engine.ts";
export { PageSet } from "./page-set.ts";
export { MAX_FRAMES, PageTracker } from "./page-tracker.ts";
export type { PageTrackerOptions } from "./page-tracker.ts";
export { Runs } from "./runs.ts";
export { MAX_BATCH } from "./staging.ts";
