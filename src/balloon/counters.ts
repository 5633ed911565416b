import type { LockCounters } from "../lock/index.ts";
import type { Outcome } from "../negotiation/index.ts";
import { featureNames } from "../negotiation/index.ts";
import { check } from "../options/index.ts";
import { Status } from "../virtio/index.ts";
import { Balloon } from "./balloon-device.ts";
import type { BrokenRule } from "./compliance.ts";
import type { GuestFault } from "./guest-faults.ts";

/** The state of the balloon at one moment, as plain data. Frames are 4 KiB page frames. */
export interface BalloonCounters {
  /** Guest memory. */
  readonly frames: number;
  /** What the host asks for, what the device holds, and what the driver says it gave. */
  readonly target: number;
  readonly ballooned: number;
  readonly actual: number;
  readonly batches: { readonly inflate: number; readonly deflate: number };
  /** Names of the features. */
  readonly offered: readonly string[];
  readonly accepted: readonly string[];
  readonly outcome: Outcome | undefined;
  readonly faults: Partial<Record<GuestFault, number>>;
  /** Rules of the specification that the driver broke. */
  readonly broken: readonly BrokenRule[];
  /** Size of a PFN as the driver sends them: 8 for the Windows driver on x64. */
  readonly pfnBytes: 4 | 8;
  readonly host: Readonly<LockCounters>;
  /** Frames of the guest that are not locked, frames of the balloon that are. */
  readonly owedFrames: number;
  readonly keptLockedFrames: number;
  /** Whether an acknowledgement is withheld. */
  readonly withheld: boolean;
  readonly needsReset: boolean;
}

/** The state of `device` now; nothing of it changes later. @throws TypeError for anything else */
export function device: Balloon.counters(): BalloonCounters {
  check("device", { instanceOf: Balloon, called: "a Balloon" }, device);
  const { policy, pages, virtio, silentDeflateBit } = device;
  return {
    frames: device.frames,
    target: device.target,
    ballooned: device.pages.count,
    actual: device.actual,
    batches: { ...pages.batches },
    offered: featureNames(device.offeredFeatures, silentDeflateBit),
    accepted: featureNames(virtio.accepted, silentDeflateBit),
    outcome: device.outcome,
    faults: device.faults.toObject(),
    broken: device.compliance.list(),
    pfnBytes: pages.reader.pfnBytes,
    host: { ...policy.counters },
    owedFrames: policy.owedFrames,
    keptLockedFrames: policy.keptLockedFrames,
    withheld: pages.withheld !== undefined,
    needsReset: virtio.has(Status.NEEDS_RESET),
  };
}
