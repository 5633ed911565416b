export { MAX_BATCH, MAX_FRAMES, PageTracker, type BatchResult } from "./page-tracker.ts";
export type { EngineSource } from "./engine.ts";
export type { Runs } from "./runs.ts";
