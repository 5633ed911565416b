import type { GuestStats } from "./queues/stats.ts";
import { FRAME_BYTES } from "../memory/index.ts";

/** The value that some drivers send for a statistic they do not have, as Windows guests do for AVAIL. */
const NOT_SAID = 2n ** 64n - 1n;

/**
 * The number of frames that a guest says it can do without, at most `most`. Guests without AVAIL (some Linux guests,
 * and Windows without its service) at least say how much is free. Undefined if the guest says neither.
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
