import { Feature, hasFeature } from "../../negotiation/index.ts";
import type { FeatureSet } from "../../negotiation/index.ts";
import type { QueueRole } from "./queue.ts";

/**
 * How queues are numbered if an optional queue is missing:
 * - `"negotiated"`: without gaps, over the features the driver took, as Linux's driver counts (default)
 * - `"offered"`: without gaps, over the features the device offers, as QEMU counts
 * - `"spec"`: always 0–4, as VIRTIO 1.3 §5.5.2 says
 *
 * All three agree if every optional queue is offered and taken.
 */
export type QueueNumbering = "negotiated" | "offered" | "spec";

const QUEUES: readonly { role: QueueRole; feature?: number; size: number }[] = [
  { role: "inflate", size: 128 },
  { role: "deflate", size: 128 },
  { role: "stats", feature: Feature.STATS_VQ, size: 128 },
  // Linux uses one entry for the command id and sends blocks of 4 MiB: 1024 entries cover 4 GiB.
  { role: "hint", feature: Feature.FREE_PAGE_HINT, size: 1024 },
  // Linux refuses a reporting queue with fewer than 32 entries (PAGE_REPORTING_CAPACITY).
  { role: "report", feature: Feature.PAGE_REPORTING, size: 32 },
];

/** The largest number of queues that a balloon device has. */
export const QUEUE_COUNT: number = QUEUES.length;

export interface QueueSlot {
  readonly role: QueueRole;
  /** Largest number of descriptors; 0 if the driver did not take the feature. */
  readonly size: number;
}

/** Returns the queue at each number. Before the negotiation, `accepted` is the offer. */
export function queueSlots(
  numbering: QueueNumbering,
  offered: FeatureSet,
  accepted: FeatureSet,
): QueueSlot[] {
  const counts = { negotiated: accepted, offered, spec: ~0n }[numbering];
  return QUEUES.filter(({ feature }) => feature === undefined || hasFeature(counts, feature)).map(
    ({ role, feature, size }) => ({
      role,
      size: feature === undefined || hasFeature(accepted, feature) ? size : 0,
    }),
  );
}
