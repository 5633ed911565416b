import type { V86Balloon } from "../v86-balloon.ts";

/** What a guest gave up beforehand. */
export interface CleanedUp {
  /** Bytes of free memory it named. */
  readonly bytes: number;
  /** Why that is not all, or nothing. */
  readonly reason: string | undefined;
}

/** Has the guest name all its free memory, which is zeroed then. It answers within ten seconds, or a reason does. */
export function cleanUp(balloon: V86Balloon): Promise<CleanedUp> {
  return new Promise((resolve) => {
    balloon.compat.Cleanup((bytes, reason) => {
      resolve({ bytes, reason });
    });
  });
}
