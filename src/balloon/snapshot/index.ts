export { brief } from "./brief.ts";
export { parseBits } from "./parse-bits.ts";
export { shapeFault } from "./shape.ts";
export { SnapshotError } from "./snapshot-error.ts";
export { checkState, decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
