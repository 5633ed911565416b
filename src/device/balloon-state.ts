import { check } from "../options/index.ts";
import type { LockState } from "../lock/index.ts";
import type { Negotiation } from "../negotiation/index.ts";
import { featureNames, hasFeature, judge } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import type { VirtioDeviceState } from "../virtio/index.ts";
import type { HintState } from "./hint-queue.ts";
import type { QueueNumbering } from "./queue-map.ts";

/** Version of {@link BalloonState}; a device restores this one and older ones. */
export const STATE_VERSION = 3;

/** A deflate whose acknowledgement is withheld, in a snapshot. */
export interface WithheldState {
  /** Head of the chain to return. */
  readonly head: number;
  /** The frames it takes back, as [first, frames] pairs. */
  readonly runs: Uint32Array;
}

/** All that a restored device needs to go on with the same guest: plain data, separate from the device. */
export interface BalloonState {
  readonly version: number;
  /** Guest memory in frames. */
  readonly frames: number;
  readonly numbering: QueueNumbering;
  /** Bit number SILENT_DEFLATE had, when it was offered. */
  readonly silentDeflateBit?: number | undefined;
  readonly virtio: VirtioDeviceState;
  /** Target and driver's count, in frames. */
  readonly target: number;
  readonly actual: number;
  readonly poison: number;
  /** The page set, as [first, frames] pairs. */
  readonly held: Uint32Array;
  /** Which of them stayed locked, and which of the others were not locked, on the host that saved. */
  readonly lock: LockState;
  /** A deflate whose acknowledgement is withheld. */
  readonly withheld: WithheldState | undefined;
  /** Head of the statistics buffer the device holds. */
  readonly statsBuffer: number | undefined;
  readonly hint: HintState;
  /** The configuration's free_page_hint_cmd_id: after a run its DONE may still be news to the driver. */
  readonly hintCommand: number;
}

/** What a device must have in common with a state to go on with it. */
export interface RestoreTarget {
  readonly frames: number;
  readonly offeredFeatures: bigint;
  readonly queueNumbering: QueueNumbering;
  readonly silentDeflate: Negotiation["silentDeflate"];
  readonly silentDeflateBit: number | undefined;
}

/** Why `device` cannot go on with the guest of `state`, in one sentence; undefined when it can. Pure. @throws TypeError for what is no object */
export function canRestore(state: BalloonState, device: RestoreTarget): string | undefined {
  check("state", "object", state);
  check("device", "object", device);
  if (state.version !== STATE_VERSION)
    return `state version ${state.version}, this device knows ${STATE_VERSION}`;
  if (state.frames !== device.frames)
    return `guest memory of ${state.frames} frames, this device has ${device.frames}`;
  if (state.numbering !== device.queueNumbering) {
    return `queues numbered as "${state.numbering}", this device numbers them as "${device.queueNumbering}"`;
  }
  return runsFault(state) ?? contradiction(state) ?? featuresFault(state, device);
}

/** What no device's state can be: a state may come from a file that somebody has edited. */
function contradiction({
  frames,
  target,
  held,
  withheld,
  statsBuffer,
  virtio,
}: BalloonState): string | undefined {
  if (target > frames) return `a target of ${target} frames, of ${frames}`;
  const kept = held.length > 0 || withheld !== undefined || statsBuffer !== undefined;
  if (kept && (virtio.status & Status.FEATURES_OK) === 0)
    return "frames or buffers of a driver that has not negotiated";
  if (withheld !== undefined && !covers(held, withheld.runs))
    return "a withheld deflate of frames that are not in the balloon";
  return undefined;
}

/** Whether every run of `inner` lies in one run of `outer`. */
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

/**
 * The rows of the 2012 proposal, for a guest that comes from elsewhere: a device that never tolerates silent deflate
 * cannot go on with a driver that did not promise to tell, and no device with a promise it does not know.
 */
function featuresFault(
  { virtio, silentDeflateBit: savedBit }: BalloonState,
  device: RestoreTarget,
): string | undefined {
  if ((virtio.status & Status.FEATURES_OK) === 0) return undefined;
  const extra = virtio.accepted & ~device.offeredFeatures;
  if (hasFeature(extra, savedBit)) {
    return device.silentDeflate === "never"
      ? 'the guest negotiated SILENT_DEFLATE, and a device of class "never" does not support silent deflate'
      : `the guest negotiated SILENT_DEFLATE as bit ${savedBit!}, which this device does not offer`;
  }
  if (extra !== 0n)
    return `the guest negotiated what this device does not offer: ${featureNames(extra).join(", ")}`;
  const { silentDeflate, silentDeflateBit, offeredFeatures: offered } = device;
  const { accepted, interface: via } = virtio;
  const verdict = judge({ silentDeflate, silentDeflateBit, offered, accepted, legacy: via === "legacy" });
  return verdict.outcome === "accept" ? undefined : verdict.reason;
}

function runsFault({ frames, held, lock, withheld }: BalloonState): string | undefined {
  const lists = {
    held,
    "kept locked": lock.keptLocked,
    owed: lock.owed,
    withheld: withheld?.runs ?? new Uint32Array(0),
  };
  const bad = Object.entries(lists).find(([, pairs]) => !areRuns(pairs, frames));
  return bad && `the list of ${bad[0]} frames is not one of ascending runs below ${frames}`;
}

function areRuns(pairs: Uint32Array, frames: number): boolean {
  let end = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const first = pairs[i]!;
    const length = pairs[i + 1] ?? 0;
    if (first < end || length === 0 || first + length > frames) return false;
    end = first + length;
  }
  return true;
}
