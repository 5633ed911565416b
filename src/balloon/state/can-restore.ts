import type { DeviceClass, FeatureSet } from "../../negotiation/index.ts";
import { Feature, featureNames, hasFeature, negotiate } from "../../negotiation/index.ts";
import type { RamFrames } from "../../memory/index.ts";
import { Status } from "../../virtio/index.ts";
import type { BalloonState } from "./balloon-state.ts";
import type { QueueNumbering } from "../queues/queue-map.ts";
import { queuesFault, queuesFitFault } from "./saved-queues.ts";
import { shapeFault } from "./shape.ts";
import { versionFault } from "./version.ts";

/** What a device and a state must have in common for a restore. */
export interface RestoreTarget {
  readonly ram: RamFrames;
  /** The features the device supports on its host, whether it offers them or not. */
  readonly supportedFeatures: FeatureSet;
  readonly queueNumbering: QueueNumbering;
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit: number | undefined;
}

type Check = (state: BalloonState, device: RestoreTarget) => string | undefined;

/** Checks that apply to every state. The order matters: each check relies on the ones before it. */
const STATE_CHECKS: readonly ((state: BalloonState) => string | undefined)[] = [
  memoryWordsFault,
  targetFault,
  runsFault,
  offerFault,
  driverFault,
  keptFault,
  pendingFault,
  queuesFault,
];

/** Checks of the state against a device, after the state itself has passed. */
const DEVICE_CHECKS: readonly Check[] = [
  classFault,
  supportFault,
  outcomeFault,
  (state, device) => queuesFitFault(state, offerInForce(state, device)),
];

/**
 * Returns a sentence that says why `device` cannot go on with the guest of `state`, or undefined if it can; `restore`
 * then succeeds. Accepts any value as a state, because it may come from an edited file. Pure.
 */
export function canRestore(state: BalloonState, device: RestoreTarget): string | undefined {
  const wrong = versionFault(state) ?? shapeFault(state) ?? memoryFault(state, device) ?? stateFault(state);
  return wrong ?? firstFault(DEVICE_CHECKS, (check) => check(state, device));
}

/**
 * Returns a sentence that says what is wrong with `state` on every device, or undefined if some device can go on with
 * it. Takes a state of this version, as `decodeSnapshot` returns it. Pure.
 */
export function stateFault(state: BalloonState): string | undefined {
  return firstFault(STATE_CHECKS, (check) => check(state));
}

function firstFault<Each>(
  checks: readonly Each[],
  run: (check: Each) => string | undefined,
): string | undefined {
  for (const check of checks) {
    const fault = run(check);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * The features that `device` offers to the guest of `state` from now on: those it was offered before, except those not
 * supported here. The bit of SILENT_DEFLATE must be the same.
 */
export function offerInForce(
  { offered, silentDeflateBit: savedBit }: BalloonState,
  { supportedFeatures, silentDeflateBit }: RestoreTarget,
): FeatureSet {
  const kept = offered & supportedFeatures;
  if (silentDeflateBit === undefined || silentDeflateBit === savedBit) return kept;
  return kept & ~(1n << BigInt(silentDeflateBit));
}

function memoryFault({ memory, numbering }: BalloonState, device: RestoreTarget): string | undefined {
  const { pairs } = device.ram;
  if (memory.length !== pairs.length || memory.some((word, i) => word !== pairs[i]))
    return `other guest memory: this device has ${String(device.ram)}`;
  if (numbering !== device.queueNumbering)
    return `queues numbered as "${numbering}", this device numbers them as "${device.queueNumbering}"`;
  return undefined;
}

function targetFault({ memory, targetFrames }: BalloonState): string | undefined {
  const frames = framesIn(memory);
  return targetFrames > frames ? `a target of ${targetFrames} frames for a guest of ${frames}` : undefined;
}

function runsFault({ memory, ballooned, lock, withheld }: BalloonState): string | undefined {
  const lists = { ballooned, "kept locked": lock.keptLocked, owed: lock.owed, withheld: withheld?.runs };
  const bad = Object.entries(lists).find(([, pairs]) => pairs !== undefined && !areRuns(pairs, memory));
  return bad && `the list of ${bad[0]} frames does not consist of ascending runs in guest memory`;
}

/** Whether the pairs are ascending runs, each within one of the ascending regions. */
function areRuns(pairs: Uint32Array, memory: Uint32Array): boolean {
  let [end, region] = [0, 0];
  for (let i = 0; i < pairs.length; i += 2) {
    const first = pairs[i]!;
    const length = pairs[i + 1] ?? 0;
    while (region < memory.length && first >= memory[region]! + memory[region + 1]!) region += 2;
    const within = first >= memory[region]! && first + length <= memory[region]! + memory[region + 1]!;
    if (first < end || length === 0 || !within) return false;
    end = first + length;
  }
  return true;
}

/** Whether the words are regions of guest memory: ascending, apart, and below the last PFN. */
function memoryWordsFault({ memory }: BalloonState): string | undefined {
  let least = 0;
  for (let i = 0; i < memory.length; i += 2) {
    const end = memory[i]! + (memory[i + 1] ?? 0);
    if (memory[i]! < least || end === memory[i] || end > 0xffffffff)
      return "the regions of guest memory are wrong";
    least = end + 1;
  }
  return undefined;
}

function framesIn(pairs: Uint32Array): number {
  return pairs.reduce((sum, word, i) => sum + (i % 2) * word, 0);
}

function offerFault({ revision, offered }: BalloonState): string | undefined {
  const will = hasFeature(offered, Feature.WILL_TELL_HOST);
  if (will === (revision === 2)) return undefined;
  return `a device of revision ${revision} that offers ${will ? "" : "no "}WILL_TELL_HOST`;
}

/** Only a driver that is up can have given anything, and it can only have taken features it was offered. */
function driverFault({
  offered,
  ballooned,
  withheld,
  statsBuffer,
  virtio,
}: BalloonState): string | undefined {
  const kept = ballooned.length > 0 || withheld !== undefined || statsBuffer !== undefined;
  const negotiated = (virtio.status & Status.FEATURES_OK) !== 0;
  if (!negotiated) return kept ? "frames or buffers of a driver that has not negotiated" : undefined;
  const extra = virtio.accepted & ~offered;
  return extra === 0n
    ? undefined
    : `the guest negotiated features that it was not offered: ${namesOf(extra)}`;
}

function keptFault({ ballooned, withheld }: BalloonState): string | undefined {
  if (withheld === undefined || covers(ballooned, withheld.runs)) return undefined;
  return "a withheld deflate of frames that are not in the balloon";
}

/** More than the total size of all queues. */
const MOST_PENDING = 2048;

function pendingFault({ pending }: BalloonState): string | undefined {
  if (pending.length <= MOST_PENDING) return undefined;
  return `${pending.length} waiting notifications, expected at most ${MOST_PENDING}`;
}

/** Whether every run of `inner` lies within a run of `outer`. */
function covers(outer: Uint32Array, inner: Uint32Array): boolean {
  let at = 0;
  for (let i = 0; i < inner.length; i += 2) {
    const first = inner[i]!;
    while (at < outer.length && outer[at]! + outer[at + 1]! <= first) at += 2;
    if (at >= outer.length || first < outer[at]!) return false;
    if (first + inner[i + 1]! > outer[at]! + outer[at + 1]!) return false;
  }
  return true;
}

/** A device of class "never" must be told about deflates, so it must offer WILL_TELL_HOST. */
function classFault({ revision }: BalloonState, { silentDeflate }: RestoreTarget): string | undefined {
  if (revision === 2 || silentDeflate !== "never") return undefined;
  return 'the guest was not offered WILL_TELL_HOST, and a device of class "never" does not support silent deflate';
}

function supportFault(state: BalloonState, device: RestoreTarget): string | undefined {
  const { virtio, silentDeflateBit: savedBit } = state;
  if ((virtio.status & Status.FEATURES_OK) === 0) return undefined;
  const lost = virtio.accepted & ~offerInForce(state, device);
  if (lost === 0n) return undefined;
  if (!hasFeature(lost, savedBit))
    return `the guest negotiated features that this device does not support: ${namesOf(lost)}`;
  return device.silentDeflate === "never"
    ? 'the guest negotiated SILENT_DEFLATE, and a device of class "never" does not support silent deflate'
    : `the guest negotiated SILENT_DEFLATE as bit ${savedBit!}, which this device does not offer`;
}

/** Applies the decision table of the 2012 proposal to a guest that comes from another device. */
function outcomeFault(state: BalloonState, device: RestoreTarget): string | undefined {
  const { status, accepted, interface: via } = state.virtio;
  if ((status & Status.FEATURES_OK) === 0) return undefined;
  const { silentDeflate, silentDeflateBit } = device;
  const offered = offerInForce(state, device);
  const outcome = negotiate({ silentDeflate, silentDeflateBit, offered, accepted, legacy: via === "legacy" });
  return outcome.result === "accepted" ? undefined : outcome.reason;
}

/** The largest number of names in one sentence. */
const MOST_NAMES = 8;

function namesOf(features: FeatureSet): string {
  const names = featureNames(features);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return names.slice(0, MOST_NAMES).join(", ") + more;
}
