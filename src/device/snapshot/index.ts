export { SnapshotError } from "./snapshot-error.ts";
export { checkState, decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
