import type { PageTracker } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { FaultCounters, PfnFault } from "../guest-faults.ts";
import type { PfnReader } from "./pfn-reader.ts";

/** What the queues of PFNs have in common: they stage a chain's PFNs, and count what was wrong with them. */
export class PfnBatch {
  readonly reader: PfnReader;
  readonly #tracker: PageTracker;
  readonly #faults: FaultCounters;

  constructor(reader: PfnReader, tracker: PageTracker, faults: FaultCounters) {
    this.reader = reader;
    this.#tracker = tracker;
    this.#faults = faults;
  }

  /** Stages the PFNs of a chain. Returns their number; 0, and a fault is counted, for a malformed batch. */
  stage(chain: DescriptorChain): number {
    const fault = this.reader.fault(chain);
    if (fault === undefined) return this.reader.stage(chain);
    this.#faults.add(fault);
    return 0;
  }

  /** Comes last, since each fault is told to listeners, and a listener may ask the tracker, which ends its runs' life. */
  count(pfns: number, redundant: number, outOfRange: number, already: PfnFault): void {
    if (outOfRange > 0) this.#faults.add("pfn-out-of-range", outOfRange);
    if (redundant === 0) return;
    const duplicates = this.#tracker.stagedDuplicates(pfns);
    this.#faults.add("pfn-duplicate", duplicates);
    this.#faults.add(already, redundant - duplicates);
  }
}
