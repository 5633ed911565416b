/**
 * The balloon in an unmodified v86, from outside, in v86's style: snake_case, bytes, events on the emulator's bus.
 * @module ballonet/v86
 */
export { attachBalloon } from "./attach-balloon.ts";
export type { Compat, VirtioBalloon } from "./compat.ts";
export type { Answer } from "./answers.ts";
export { compact } from "./compact/compact.ts";
export type { Compaction, CompactOptions } from "./compact/compact.ts";
export type { CleanedUp } from "./compact/clean-up.ts";
export type { MachineOptions } from "./compact/machine-options.ts";
export type { MachineEvents, V86BalloonEvents } from "./events.ts";
export type { OnRefused, V86BalloonOptions } from "./options.ts";
export type { PciTransport, Selections } from "./pci-function.ts";
export { savedBalloon } from "./saved-balloon.ts";
export type { SavedBalloon, SavedRegisters, V86State } from "./state-codec.ts";
export { V86Balloon } from "./v86-balloon.ts";
export type { V86Cpu, V86Io, V86Like, V86Pci, V86PciDevice } from "./v86-like.ts";
