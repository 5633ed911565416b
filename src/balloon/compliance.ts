import type { GuestFault } from "./guest-faults.ts";
import type { Place } from "./serving/place.ts";

/**
 * The driver's duties whose breach a device can see. DRV ids are those of CONFORMANCE.md (VIRTIO 1.3 §5.5); the other
 * ids are section numbers.
 */
export type DriverRule = keyof typeof RULES;

export const RULES = {
  "DRV-F1": "should accept MUST_TELL_HOST if it is offered",
  "DRV-O4": "must not take pages when it has no more than asked for, without DEFLATE_ON_OOM",
  "DRV-O6": "must use the deflate queue to name the pages it wants to use",
  "DRV-O10": "must not deflate pages that are not in the balloon",
  "DRV-S1": "must have at most one statistics buffer available",
  "DRV-S5": "must use a statistics buffer of whole entries",
  "DRV-S8": "must supply the same statistics in every buffer",
  "DRV-H1": "must use 4-byte buffers for hinting commands",
  "DRV-H2": "must start hinting with the current command id",
  "DRV-H3": "must not give the current command id twice",
  "DRV-P2": "must write poison_val before DRIVER_OK, and only with PAGE_POISON",
  "2.7": "must place the rings in memory, aligned",
  "2.7.4.2": "must put device-writable buffers after device-readable ones",
  "2.7.5.2": "must not loop descriptors, nor pass 2^32 bytes in a chain",
  "2.7.5.3": "must not nest indirect tables, nor use them without the feature",
  "2.7.6": "must not make more chains available than the queue holds",
  "5.5.4": "must not write read-only configuration fields",
  "5.5.6": "must send whole 4-byte PFNs of its memory, in readable buffers",
} as const;

const RULE_OF: Readonly<Record<GuestFault, DriverRule>> = {
  "ring-address": "2.7",
  "avail-index": "2.7.6",
  "avail-head": "2.7.6",
  loop: "2.7.5.2",
  "next-out-of-range": "2.7.5.2",
  "too-long": "2.7.5.2",
  "address-out-of-range": "2.7.5.2",
  "indirect-nested": "2.7.5.3",
  "indirect-table": "2.7.5.3",
  "indirect-not-negotiated": "2.7.5.3",
  order: "2.7.4.2",
  empty: "5.5.6",
  "write-only": "5.5.6",
  "odd-length": "5.5.6",
  oversized: "5.5.6",
  "pfn-out-of-range": "5.5.6",
  "pfn-duplicate": "5.5.6",
  "pfn-already-ballooned": "DRV-O6",
  "pfn-not-ballooned": "DRV-O10",
  "stats-length": "DRV-S5",
  "stats-extra-buffer": "DRV-S1",
  "hint-id-size": "DRV-H1",
  "hint-id": "DRV-H2",
  "hint-unasked": "DRV-H2",
  "config-write": "5.5.4",
  "poison-write": "DRV-P2",
};

/** A rule that the driver broke. */
export interface BrokenRule {
  readonly rule: DriverRule;
  /** What the rule says. */
  readonly says: string;
  readonly times: number;
  /** Where it was first broken, such as "inflate queue, chain 17". */
  readonly first: string;
}

/**
 * Records which rules the driver broke, how often, and where first. A reset keeps the record, because it is about the
 * driver and not about the device.
 */
export class Compliance {
  readonly #broken = new Map<DriverRule, { times: number; readonly first: string }>();
  readonly #place: Place;

  /** @param place says where the device is when a rule is first broken */
  constructor(place: Place) {
    this.#place = place;
  }

  broke(rule: DriverRule, times = 1): void {
    const known = this.#broken.get(rule);
    if (known === undefined) this.#broken.set(rule, { times, first: this.#place.text });
    else known.times += times;
  }

  /** Records the rule that a fault breaks. */
  fault(fault: GuestFault, times: number): void {
    this.broke(RULE_OF[fault], times);
  }

  /** The broken rules, ordered by when each was first broken. */
  list(): BrokenRule[] {
    return [...this.#broken].map(([rule, record]) => ({ rule, says: RULES[rule], ...record }));
  }
}
