import type { ChainFault, RingFault } from "../virtio/index.ts";

/** What a batch of PFNs can be, apart from good. A malformed batch changes nothing; a bad PFN is skipped. */
export type BatchFault =
  /** no device-readable byte */
  | "empty"
  /** only device-writable buffers on a queue of PFNs */
  | "write-only"
  /** not a whole number of 4-byte PFNs */
  | "odd-length"
  /** more PFNs than one batch may hold */
  | "oversized";

/** What a PFN of a good batch can be, apart from good: it changes nothing, the others of its batch do. */
export type PfnFault =
  | "pfn-out-of-range"
  /** the PFN stands twice in one batch */
  | "pfn-duplicate"
  /** inflate of a frame that is in the balloon */
  | "pfn-already-ballooned"
  /** deflate of a frame that is not in the balloon */
  | "pfn-not-ballooned";

/** What can be wrong on the other queues and in the configuration. */
export type OtherFault =
  /** a statistics buffer that is not a whole number of entries, or has too many */
  | "stats-length"
  /** more than one statistics buffer at a time (DRV-S1) */
  | "stats-extra-buffer"
  /** a command id that is not 4 bytes */
  | "hint-id-size"
  /** a command id that is not the one asked for */
  | "hint-id"
  /** free pages outside a hinting run */
  | "hint-unasked"
  /** a write to a configuration field the driver may not write */
  | "config-write"
  /** poison_val written without PAGE_POISON, or after DRIVER_OK */
  | "poison-write";

/** Anything a guest can do wrong: in a chain, a ring, a batch, with a PFN, or elsewhere. Counted, never thrown. */
export type GuestFault = ChainFault | RingFault | BatchFault | PfnFault | OtherFault;

/** Counts what the guest did wrong, by kind. */
export class FaultCounters {
  readonly #counts = new Map<GuestFault, number>();
  readonly #onFault: (fault: GuestFault, times: number) => void;

  constructor(onFault: (fault: GuestFault, times: number) => void) {
    this.#onFault = onFault;
  }

  /** Adds `times` to `fault`; nothing when 0. */
  add(fault: GuestFault, times = 1): void {
    if (times === 0) return;
    this.#counts.set(fault, this.count(fault) + times);
    this.#onFault(fault, times);
  }

  /** How often `fault` was seen. */
  count(fault: GuestFault): number {
    return this.#counts.get(fault) ?? 0;
  }

  /** Kinds seen so far with their counts. */
  toObject(): Partial<Record<GuestFault, number>> {
    return Object.fromEntries(this.#counts);
  }
}
