import type { QueueRole } from "../../src/balloon/index.ts";
import { Feature } from "../../src/negotiation/index.ts";

/** The feature of each queue that a driver need not take, in the order of their numbers. A new queue does not compile without one. */
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
