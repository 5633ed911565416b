/**
 * Page tracking alone. It loads in half the time of `ballonet`.
 * @module ballonet/tracker
 */
export { MAX_BATCH, MAX_FRAMES, PageTracker } from "../tracker/index.ts";
export type {
  BatchResult,
  EngineModule,
  EngineResponse,
  EngineSource,
  PageSet,
  PageTrackerOptions,
  Runs,
} from "../tracker/index.ts";
