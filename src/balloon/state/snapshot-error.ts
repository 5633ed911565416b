/** Thrown if bytes are not a snapshot that this version can read. The message says why. Nothing was restored. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}
