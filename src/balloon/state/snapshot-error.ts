/** Bytes that are not a snapshot this version can read: the message says why. Nothing was restored. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}
