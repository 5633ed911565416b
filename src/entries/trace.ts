/**
 * Recorded balloon traffic: reading, writing and replaying `.vbtr` files.
 * @module ballonet/trace
 */
export {
  decodeTrace,
  encodeTrace,
  replayDevice,
  replayTracker,
  TraceError,
  TraceRecorder,
  unpinnedHost,
} from "../trace/index.ts";
export type {
  BalloonedRecord,
  BatchRecord,
  DeviceReplay,
  FreePages,
  FreePagesRecord,
  ReplayedBatch,
  ReplayResult,
  Trace,
  TraceRecord,
} from "../trace/index.ts";
