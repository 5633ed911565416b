export type { BatchResult } from "./batch-result.ts";
export type { EngineModule, EngineResponse, EngineSource } from "./engine-source.ts";
export { MAX_BATCH, MAX_FRAMES } from "./limits.ts";
export { PageSet } from "./page-set.ts";
export { PageTracker } from "./page-tracker.ts";
export type { PageTrackerOptions } from "./page-tracker.ts";
export { Runs } from "./runs.ts";
