import type { LockState } from "../../lock/index.ts";
import type { DeviceRevision, FeatureSet } from "../../negotiation/index.ts";
import type { VirtioDeviceState } from "../../virtio/index.ts";
import type { PendingNotification } from "../serving/backlog.ts";
import type { HintState } from "../queues/hint.ts";
import type { QueueNumbering } from "../queues/queue-map.ts";

/** Version of {@link BalloonState}. A device restores no other version. */
export const STATE_VERSION = 1;

/** A withheld deflate, in a snapshot. */
export interface WithheldState {
  /** Head of the chain to return. */
  readonly head: number;
  /** The frames it takes back, as [first, frames] pairs. */
  readonly runs: Uint32Array;
}

/** Everything a restored device needs to go on with the same guest: plain data, independent of the device. */
export interface BalloonState {
  readonly version: number;
  /** The regions of guest memory, as [first, frames] pairs. */
  readonly memory: Uint32Array;
  readonly numbering: QueueNumbering;
  /** Hardware revision and offered features. They stay in force wherever the guest goes on. */
  readonly revision: DeviceRevision;
  readonly offered: FeatureSet;
  /** Bit number of SILENT_DEFLATE, if it was offered. */
  readonly silentDeflateBit?: number | undefined;
  readonly virtio: VirtioDeviceState;
  /** The target, and what the driver says it has given, in frames. */
  readonly targetFrames: number;
  readonly actualFrames: number;
  readonly poison: number;
  /** The page set, as [first, frames] pairs. */
  readonly ballooned: Uint32Array;
  /**
   * Ballooned frames that stayed locked, and frames of the guest that were not locked, on the host that saved the
   * state.
   */
  readonly lock: LockState;
  /** A deflate whose acknowledgement is withheld. */
  readonly withheld: WithheldState | undefined;
  /** Head of the statistics buffer that the device keeps. */
  readonly statsBuffer: number | undefined;
  readonly hint: HintState;
  /** The configuration's free_page_hint_cmd_id. After a run, the driver may not have seen the DONE in it yet. */
  readonly hintCommand: number;
  /** Notifications that are still waiting, in order. */
  readonly pending: readonly PendingNotification[];
}
