import type { LockCounters } from "../lock/index.ts";
import type { Outcome } from "../negotiation/index.ts";
import { featureNames } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import type { BrokenRule } from "./compliance.ts";
import { ConfigField } from "./config.ts";
import type { GuestFault } from "./guest-faults.ts";
import type { BalloonParts } from "./parts.ts";
import type { GuestStats } from "./queues/stats.ts";

/** A balloon at one moment, as plain data; nothing of it changes later. Frames are 4 KiB page frames. */
export interface BalloonCounters {
  /** Guest memory. */
  readonly frames: number;
  /** What the host asks for. */
  readonly targetFrames: number;
  /** What is in the balloon. */
  readonly balloonedFrames: number;
  /** What the driver says it gave. */
  readonly actualFrames: number;
  /** Batches that took effect. */
  readonly batches: { readonly inflate: number; readonly deflate: number };
  /** Names of the features. */
  readonly offered: readonly string[];
  readonly accepted: readonly string[];
  /** What the negotiation ended in; undefined as long as no driver has chosen. */
  readonly outcome: Outcome | undefined;
  /** What the guest did wrong, and how often. */
  readonly faults: Partial<Record<GuestFault, number>>;
  /** Rules of the specification that the driver broke. */
  readonly broken: readonly BrokenRule[];
  /** Size of a PFN as the driver sends them: 8 for the Windows driver on x64. */
  readonly pfnBytes: 4 | 8;
  /** Host calls. */
  readonly host: Readonly<LockCounters>;
  /** Frames of the guest that should be locked and are not. */
  readonly owedFrames: number;
  /** Frames in the balloon that are still locked. */
  readonly keptLockedFrames: number;
  /** Whether the host pins guest memory. */
  readonly pinned: boolean;
  /** Whether frames are unlocked and locked: the driver promised to tell, and the host locks memory. */
  readonly locking: boolean;
  /** The last statistics of the driver, by name; empty as long as it has sent none. */
  readonly stats: GuestStats;
  /** Whether an acknowledgement is withheld. */
  readonly withheld: boolean;
  readonly needsReset: boolean;
}

/** The counters of a device now. */
export function countersOf(parts: BalloonParts): BalloonCounters {
  const {
    ballooned,
    batch,
    compliance,
    config,
    deflate,
    faults,
    inflate,
    model,
    policy,
    stats,
    target,
    virtio,
  } = parts;
  return {
    frames: target.frames,
    targetFrames: config.get(ConfigField.NUM_PAGES),
    balloonedFrames: ballooned.tracker.count,
    actualFrames: config.get(ConfigField.ACTUAL),
    batches: { inflate: inflate.batches, deflate: deflate.batches },
    offered: featureNames(config.offer.features, target.silentDeflateBit),
    accepted: featureNames(virtio.accepted, target.silentDeflateBit),
    outcome: model.outcome,
    faults: faults.toObject(),
    broken: compliance.list(),
    pfnBytes: batch.reader.pfnBytes,
    host: { ...policy.counters },
    owedFrames: policy.owedFrames,
    keptLockedFrames: policy.keptLockedFrames,
    pinned: policy.pinned,
    locking: policy.active,
    stats: stats.latest,
    withheld: deflate.withheld !== undefined,
    needsReset: virtio.has(Status.NEEDS_RESET),
  };
}
