import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";

/**
 * What to do if a page that the guest takes back cannot be locked. The 2012 proposal left this question "for when
 * someone actually implements this thing".
 * - `"degrade"`: acknowledge anyway. The frames are recorded as owed, and the lock is tried again later.
 * - `"withhold"`: do not acknowledge until the lock succeeds; the guest waits. After a limited number of attempts:
 *   needs-reset.
 * - `"needs-reset"`: stop the device and tell the driver (VIRTIO 1.3 §2.1.1 DEVICE_NEEDS_RESET).
 */
export type LockFailureAction = "degrade" | "withhold" | "needs-reset";

/** A run that could not be locked. */
export interface LockFailure {
  /** First frame of the run that could not be locked. */
  readonly first: number;
  /** Length of the run in frames. */
  readonly frames: number;
  /** Errno name; "EIO" if the host threw. */
  readonly code: string;
  readonly message: string;
  /** 0 for the first attempt of this batch, then 1, 2, … */
  readonly attempt: number;
}

/**
 * A fixed action, or a function that chooses an action for each failure. If the function throws, the action is
 * needs-reset.
 */
export type OnLockFailure = LockFailureAction | ((failure: LockFailure) => LockFailureAction);

const ACTIONS: readonly string[] = ["degrade", "withhold", "needs-reset"] satisfies LockFailureAction[];

export const ON_LOCK_FAILURE: Kind = { oneOf: ACTIONS, orFunction: true };

/** @throws TypeError if `value` is neither an action nor a function */
export function checkOnLockFailure(value: OnLockFailure): OnLockFailure {
  return check("onLockFailure", ON_LOCK_FAILURE, value);
}

/**
 * Returns the action for one failure. Never throws, because an embedder's mistake must not reach the emulator's loop.
 */
export function chooseAction(on: OnLockFailure, failure: LockFailure): LockFailureAction {
  if (typeof on !== "function") return on;
  try {
    const action: unknown = on(failure);
    return (ACTIONS as readonly unknown[]).includes(action) ? (action as LockFailureAction) : "needs-reset";
  } catch {
    return "needs-reset";
  }
}
