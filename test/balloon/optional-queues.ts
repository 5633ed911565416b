import type { QueueRole } from "../../src/balloon/index.ts";
import { Feature, hasFeature } from "../../src/negotiation/index.ts";

/**
 * The feature of each queue that a driver need not take, in the order of their numbers. A new queue does not compile
 * without one.
 */
export const OPTIONAL_QUEUES: Readonly<Record<Exclude<QueueRole, "inflate" | "deflate">, number>> = {
  stats: Feature.STATS_VQ,
  hint: Feature.FREE_PAGE_HINT,
  report: Feature.PAGE_REPORTING,
};

/** All queues, in that order. */
export const ROLES: readonly QueueRole[] = [
  "inflate",
  "deflate",
  ...(Object.keys(OPTIONAL_QUEUES) as (keyof typeof OPTIONAL_QUEUES)[]),
];

/** The queues of a driver that took `features`, as Linux numbers them. */
export function rolesOf(features: bigint): QueueRole[] {
  const bits: Partial<Record<QueueRole, number>> = OPTIONAL_QUEUES;
  return ROLES.filter((role) => bits[role] === undefined || hasFeature(features, bits[role]));
}
