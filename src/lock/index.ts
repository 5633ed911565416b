export { RunList } from "./frame-runs.ts";
export type { FrameRuns } from "./frame-runs.ts";
export { visitMissing } from "./frame-set.ts";
export type { RunVisitor } from "./frame-set.ts";
export { checkOnLockFailure } from "./lock-failure.ts";
export type { LockFailure, LockFailureAction, OnLockFailure } from "./lock-failure.ts";
export { LockPolicy } from "./lock-policy.ts";
export type { LockCounters, LockPolicyOptions, LockState } from "./lock-policy.ts";
