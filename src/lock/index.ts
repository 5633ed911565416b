export type { FrameSet } from "./frame-set.ts";
export type { LockCounters } from "./host-calls.ts";
export { checkOnLockFailure } from "./lock-failure.ts";
export type { LockFailure, LockFailureAction, OnLockFailure } from "./lock-failure.ts";
export { LockPolicy } from "./lock-policy.ts";
export type { DeflateResult, LockPolicyOptions, LockState } from "./lock-policy.ts";
