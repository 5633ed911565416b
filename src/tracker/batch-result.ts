/** The result of one batch. Every call returns a new object. */
export interface BatchResult {
  /** Frames added to the set (inflate) or removed from it (deflate). */
  readonly changed: number;
  /** PFNs in range that changed nothing, because they were already in that state or are repeated in the batch. */
  readonly redundant: number;
  /** PFNs that are not frames of the tracker. */
  readonly outOfRange: number;
}
