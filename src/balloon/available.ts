import type { GuestStats } from "./queues/stats.ts";
import { FRAME_BYTES } from "../host/index.ts";

/** What some drivers send for a statistic they do not have, as Windows guests do for AVAIL. */
const NOT_SAID = 2n ** 64n - 1n;

/**
 * How many frames a guest says it can do without, of at most `most`. Guests without AVAIL — some Linux and Windows
 * without its service — say at least what is free. Undefined when it says neither.
 */
export function availableFrames(stats: GuestStats, most: number): number | undefined {
  const available = said(stats.AVAIL) ?? said(stats.MEMFREE);
  if (available === undefined) return undefined;
  const total = said(stats.MEMTOT) ?? available;
  const bytes = available < total ? available : total;
  return Math.min(most, Number(bytes / BigInt(FRAME_BYTES)));
}

function said(bytes: bigint | undefined): bigint | undefined {
  return bytes === NOT_SAID ? undefined : bytes;
}
