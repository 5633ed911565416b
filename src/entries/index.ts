/**
 * The virtio-balloon device, its negotiation, and the page set behind it.
 * @module ballonet
 */
export { Balloon, decodeSnapshot, encodeSnapshot, SnapshotError, WaitError } from "../balloon/index.ts";
export type {
  BalloonCounters,
  BalloonEvents,
  BalloonOptions,
  BalloonState,
  BatchEvent,
  BatchFault,
  BrokenRule,
  ChainListener,
  DriverRule,
  FreePagesEvent,
  GuestFault,
  GuestStats,
  HintPhase,
  HintState,
  OtherFault,
  PendingNotification,
  PfnFault,
  PoisonedPages,
  QueueNumbering,
  QueueRole,
  StatName,
  Timer,
  WaitFailure,
  WaitOptions,
  WaitSignal,
  WithheldState,
} from "../balloon/index.ts";
export { ZeroingHost } from "../host/index.ts";
export { FRAME_BYTES, guestMemory } from "../memory/index.ts";
export type { GuestMemory, GuestRegion, RamRegion, RamSource, WasmMemory } from "../memory/index.ts";
export type { HostFailure, HostMemory, HostResult } from "../host/index.ts";
export type {
  LockCounters,
  LockFailure,
  LockFailureAction,
  LockState,
  OnLockFailure,
} from "../lock/index.ts";
export { Feature, featureSet, negotiate, offeredByClass } from "../negotiation/index.ts";
export type {
  ClassOptions,
  DeviceClass,
  DeviceRevision,
  DriverPromise,
  FeatureSet,
  Negotiation,
  Outcome,
} from "../negotiation/index.ts";
export * from "./tracker.ts";
export type {
  ChainFault,
  DescriptorChain,
  InterruptLine,
  QueueState,
  RegisterInterface,
  RingFault,
  RingPlaces,
  VirtioDeviceState,
} from "../virtio/index.ts";
