import type { LockState } from "../../lock/index.ts";
import type { DeviceRevision, FeatureSet } from "../../negotiation/index.ts";
import type { VirtioDeviceState } from "../../virtio/index.ts";
import type { PendingNotification } from "../serving/backlog.ts";
import type { HintState } from "../queues/hint.ts";
import type { QueueNumbering } from "../queues/queue-map.ts";

/** Version of {@link BalloonState}: a device restores no other. */
export const STATE_VERSION = 1;

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
  /** Hardware revision and offer: in force wherever the guest goes on. */
  readonly revision: DeviceRevision;
  readonly offered: FeatureSet;
  /** Bit number SILENT_DEFLATE had, when it was offered. */
  readonly silentDeflateBit?: number | undefined;
  readonly virtio: VirtioDeviceState;
  /** Target and driver's count, in frames. */
  readonly targetFrames: number;
  readonly actualFrames: number;
  readonly poison: number;
  /** The page set, as [first, frames] pairs. */
  readonly ballooned: Uint32Array;
  /** Which of them stayed locked, and which of the others were not locked, on the host that saved. */
  readonly lock: LockState;
  /** A deflate whose acknowledgement is withheld. */
  readonly withheld: WithheldState | undefined;
  /** Head of the statistics buffer the device holds. */
  readonly statsBuffer: number | undefined;
  readonly hint: HintState;
  /** The configuration's free_page_hint_cmd_id: after a run its DONE may still be news to the driver. */
  readonly hintCommand: number;
  /** Notifications that wait for their turn, in their order. */
  readonly pending: readonly PendingNotification[];
}
