import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";

/**
 * What to do when a page that the guest takes back cannot be locked — the question the 2012 proposal left "for when
 * someone actually implements this thing".
 * - `"degrade"`: acknowledge anyway. The frames count as unlocked and are tried again later.
 * - `"withhold"`: do not acknowledge until the lock succeeds; the guest waits. After a bounded number of tries: needs-reset.
 * - `"needs-reset"`: the device stops and says so (VIRTIO 1.3 §2.1.1 DEVICE_NEEDS_RESET).
 */
export type LockFailureAction = "degrade" | "withhold" | "needs-reset";

/** One run that could not be locked. */
export interface LockFailure {
  /** First frame of the run that could not be locked. */
  readonly first: number;
  /** Length of the run in frames. */
  readonly frames: number;
  /** Errno name, "EIO" when the host threw. */
  readonly code: string;
  readonly message: string;
  /** 0 for the first try of this batch, then 1, 2, … */
  readonly attempt: number;
}

/** A fixed action, or a function that chooses one for each failure; one that throws chooses needs-reset. */
export type OnLockFailure = LockFailureAction | ((failure: LockFailure) => LockFailureAction);

const ACTIONS: readonly string[] = ["degrade", "withhold", "needs-reset"] satisfies LockFailureAction[];

export const ON_LOCK_FAILURE: Kind = { oneOf: ACTIONS, orFunction: true };

/** @throws TypeError when `value` is neither an action nor a function. */
export function checkOnLockFailure(value: OnLockFailure): OnLockFailure {
  return check("onLockFailure", ON_LOCK_FAILURE, value);
}

/** The action for one failure. Never throws: an embedder's mistake must not reach the emulator's loop. */
export function chooseAction(on: OnLockFailure, failure: LockFailure): LockFailureAction {
  if (typeof on !== "function") return on;
  try {
    const action: unknown = on(failure);
    return (ACTIONS as readonly unknown[]).includes(action) ? (action as LockFailureAction) : "needs-reset";
  } catch {
    return "needs-reset";
  }
}
