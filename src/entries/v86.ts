/**
 * The balloon for an unmodified v86, attached from outside.
 * @module ballonet/v86
 */
export {
  attachBalloon,
  compact,
  createReclaimer,
  restoreStateFrom,
  savedBalloon,
  saveStateTo,
} from "../v86/index.ts";
export type {
  Answer,
  BytesReader,
  BytesWriter,
  CleanedUp,
  Compaction,
  CompactOptions,
  Compat,
  MachineEvents,
  MachineOptions,
  OnRefused,
  PciTransport,
  ReadableBytes,
  Reclaimer,
  ReclaimerOptions,
  SavedBalloon,
  SavedRegisters,
  SaveOptions,
  Selections,
  V86Balloon,
  V86BalloonEvents,
  V86BalloonOptions,
  V86Cpu,
  V86Io,
  V86Like,
  V86Pci,
  V86PciDevice,
  V86State,
  VirtioBalloon,
  WritableBytes,
} from "../v86/index.ts";
