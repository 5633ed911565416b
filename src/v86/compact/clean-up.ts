import type { V86Balloon } from "../v86-balloon.ts";

/** What a guest gave up before the compaction. */
export interface CleanedUp {
  /** Bytes of free memory that the guest named. */
  readonly bytes: number;
  /** Why that is not all of its free memory; undefined if it is. */
  readonly reason: string | undefined;
}

/**
 * Asks the guest for all its free memory, which is then zeroed. Resolves within ten seconds; if the guest has not
 * answered by then, the result has a reason.
 */
export function cleanUp(balloon: V86Balloon): Promise<CleanedUp> {
  return new Promise((resolve) => {
    balloon.compat.Cleanup((bytes, reason) => {
      resolve({ bytes, reason });
    });
  });
}
