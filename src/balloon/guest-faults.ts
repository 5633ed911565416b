import type { ChainFault, RingFault } from "../virtio/index.ts";

/** Faults of a whole batch of PFNs. A malformed batch changes nothing. */
export type BatchFault =
  /** the chain has no device-readable bytes */
  | "empty"
  /** a queue of PFNs got only device-writable buffers */
  | "write-only"
  /** the length is not a multiple of 4 bytes, the size of a PFN */
  | "odd-length"
  /** the batch has more PFNs than are allowed */
  | "oversized";

/** Faults of a single PFN. A bad PFN changes nothing; the other PFNs of its batch still take effect. */
export type PfnFault =
  | "pfn-out-of-range"
  /** the PFN is repeated in the batch */
  | "pfn-duplicate"
  /** inflate of a frame that is already in the balloon */
  | "pfn-already-ballooned"
  /** deflate of a frame that is not in the balloon */
  | "pfn-not-ballooned";

/** Faults on the other queues and in the configuration. */
export type OtherFault =
  /** the statistics buffer is not a whole number of entries, or has too many */
  | "stats-length"
  /** more than one statistics buffer is available (DRV-S1) */
  | "stats-extra-buffer"
  /** the command id is not 4 bytes long */
  | "hint-id-size"
  /** the command id is not the one the device asked for */
  | "hint-id"
  /** free pages were hinted outside a hinting run */
  | "hint-unasked"
  /** write to a configuration field that the driver may not write */
  | "config-write"
  /** poison_val was written without PAGE_POISON, or after DRIVER_OK */
  | "poison-write";

/**
 * Anything a guest can do wrong: in a chain, a ring, a batch, a PFN, or elsewhere. Faults are counted, never thrown.
 */
export type GuestFault = ChainFault | RingFault | BatchFault | PfnFault | OtherFault;

/** Counts the guest's faults by kind. */
export class FaultCounters {
  readonly #counts = new Map<GuestFault, number>();
  readonly #onFault: (fault: GuestFault, times: number) => void;

  constructor(onFault: (fault: GuestFault, times: number) => void) {
    this.#onFault = onFault;
  }

  /** Adds `times` to the count of `fault`. Does nothing if `times` is 0. */
  add(fault: GuestFault, times = 1): void {
    if (times === 0) return;
    this.#counts.set(fault, this.count(fault) + times);
    this.#onFault(fault, times);
  }

  /** How often `fault` has occurred. */
  count(fault: GuestFault): number {
    return this.#counts.get(fault) ?? 0;
  }

  /** The faults seen so far, with their counts. */
  toObject(): Partial<Record<GuestFault, number>> {
    return Object.fromEntries(this.#counts);
  }
}
