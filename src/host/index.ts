export type { HostFailure, HostMemory, HostResult } from "./host-memory.ts";
export { RecordingHost } from "./recording-host.ts";
export type { HostCall, RecordingHostOptions } from "./recording-host.ts";
export { ZeroingHost } from "./zeroing-host.ts";
