export { decodeTrace } from "./decode.ts";
export { encodeTrace } from "./encode.ts";
export { TraceError } from "./trace-error.ts";
export { isBatch } from "./trace.ts";
export type { BatchRecord, FreePagesRecord, Trace, TraceRecord } from "./trace.ts";
