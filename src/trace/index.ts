/**
 * Recorded balloon traffic: reading, writing and replaying `.vbtr` files.
 * @module ballonet/trace
 */
export { decodeTrace } from "./decode.ts";
export { encodeTrace } from "./encode.ts";
export { TraceRecorder } from "./recorder.ts";
export { replayDevice } from "./replay-device.ts";
export type { DeviceReplay, FreePages } from "./replay-device.ts";
export type { ReplayedBatch, ReplayResult } from "./replay-result.ts";
export { replayTracker } from "./replay-tracker.ts";
export { TraceError } from "./trace-error.ts";
export { isBatch } from "./trace.ts";
export type { BatchRecord, FreePagesRecord, HeldRecord, Trace, TraceRecord } from "./trace.ts";
export { unpinnedHost } from "./unpinned-host.ts";
