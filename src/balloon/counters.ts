import type { LockCounters } from "../lock/index.ts";
import type { Outcome } from "../negotiation/index.ts";
import { featureNames } from "../negotiation/index.ts";
import { Status } from "../virtio/index.ts";
import type { BrokenRule } from "./compliance.ts";
import { ConfigField } from "./config.ts";
import type { GuestFault } from "./guest-faults.ts";
import { diagnose } from "./diagnosis.ts";
import type { BalloonParts } from "./parts.ts";
import type { QueueRole } from "./queues/queue.ts";
import type { GuestStats } from "./queues/stats.ts";

/** The state of a balloon at one moment, as plain data that does not change later. Frames are 4 KiB page frames. */
export interface BalloonCounters {
  /** Size of guest memory. */
  readonly frames: number;
  /** How much the host asks for. */
  readonly targetFrames: number;
  /** How much is in the balloon. */
  readonly balloonedFrames: number;
  /** How much the driver says it has given. */
  readonly actualFrames: number;
  /** Number of batches that took effect. */
  readonly batches: { readonly inflate: number; readonly deflate: number };
  /** Chains taken from the driver, valid or not, by queue. */
  readonly chains: Readonly<Record<QueueRole, number>>;
  /** Notifications from the driver, and how many of them found no chain. */
  readonly notifications: { readonly total: number; readonly empty: number };
  /** A sentence that says why the driver's notifications never bring a chain; undefined if nothing is wrong. */
  readonly diagnosis: string | undefined;
  /** Names of the feature bits that the device offers. */
  readonly offered: readonly string[];
  /** Names of those that the driver took. */
  readonly accepted: readonly string[];
  /** The outcome of the negotiation; undefined until a driver has chosen its features. */
  readonly outcome: Outcome | undefined;
  /** What the guest did wrong, and how often. */
  readonly faults: Partial<Record<GuestFault, number>>;
  /** Rules of the specification that the driver broke. */
  readonly broken: readonly BrokenRule[];
  /** Size in bytes of the PFNs that the driver sends: 8 for the Windows driver on x64. */
  readonly pfnBytes: 4 | 8;
  /** Counters of the host calls. */
  readonly host: Readonly<LockCounters>;
  /** Frames that belong to the guest and should be locked, but are not. */
  readonly owedFrames: number;
  /** Frames in the balloon that are still locked, because their unlock failed. */
  readonly keptLockedFrames: number;
  /** Whether the host pins guest memory. */
  readonly pinned: boolean;
  /** Whether frames are locked and unlocked: the driver promised to tell the host, and the host pins memory. */
  readonly locking: boolean;
  /** The driver's last statistics, by name; empty until it has sent some. */
  readonly stats: GuestStats;
  /** Whether an acknowledgement is withheld. */
  readonly withheld: boolean;
  /** Whether the device has stopped with DEVICE_NEEDS_RESET. */
  readonly needsReset: boolean;
}

/** Collects the current counters of a device. */
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
  const counted = faults.toObject();
  const chains = {
    inflate: inflate.chains,
    deflate: deflate.chains,
    stats: stats.chains,
    hint: parts.hint.chains,
    report: parts.report.chains,
  };
  return {
    frames: target.ram.count,
    targetFrames: config.get(ConfigField.NUM_PAGES),
    balloonedFrames: ballooned.tracker.count,
    actualFrames: config.get(ConfigField.ACTUAL),
    chains,
    notifications: { total: virtio.notifications, empty: virtio.emptyNotifications },
    diagnosis: diagnose({
      notifications: virtio.notifications,
      emptyNotifications: virtio.emptyNotifications,
      chains: Object.values(chains).reduce((sum, count) => sum + count),
      faults: counted,
    }),
    batches: { inflate: inflate.batches, deflate: deflate.batches },
    offered: featureNames(config.offer.features, target.silentDeflateBit),
    accepted: featureNames(virtio.accepted, target.silentDeflateBit),
    outcome: model.outcome,
    faults: counted,
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
