import type { PageTracker } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { BatchFault, FaultCounters, PfnFault } from "../guest-faults.ts";
import { pfnsIn } from "./pfn-reader.ts";
import type { PfnReader } from "./pfn-reader.ts";

/** Shared by the two queues of PFNs: stages a chain's PFNs and counts what is wrong with them. */
export class PfnBatch {
  readonly reader: PfnReader;
  /** Written anew for each batch, so that a batch makes no garbage. */
  readonly result = { changed: 0, redundant: 0, outOfRange: 0 };
  readonly #tracker: PageTracker;
  readonly #faults: FaultCounters;

  constructor(reader: PfnReader, tracker: PageTracker, faults: FaultCounters) {
    this.reader = reader;
    this.#tracker = tracker;
    this.#faults = faults;
  }

  /** Stages the PFNs of a chain. Returns their number, or 0 for a malformed batch, which is counted as a fault. */
  stage(chain: DescriptorChain): number {
    const pfns = pfnsIn(chain.readableBytes);
    if (pfns > 0) return this.reader.stage(chain, pfns);
    this.#faults.add(faultOf(chain));
    return 0;
  }

  /**
   * Counts the faults of the batch that {@link result} is of. Call this last: listeners get each fault, and a listener
   * may call the tracker, which invalidates the tracker's runs.
   */
  count(pfns: number, already: PfnFault): void {
    const { redundant, outOfRange } = this.result;
    if (outOfRange > 0) this.#faults.add("pfn-out-of-range", outOfRange);
    if (redundant === 0) return;
    const duplicates = this.#tracker.stagedDuplicates(pfns);
    this.#faults.add("pfn-duplicate", duplicates);
    this.#faults.add(already, redundant - duplicates);
  }
}

/** The fault of a chain that is not an array of PFNs. */
function faultOf({ readableBytes, writableBytes }: DescriptorChain): BatchFault {
  if (readableBytes === 0) return writableBytes > 0 ? "write-only" : "empty";
  return readableBytes % 4 === 0 ? "oversized" : "odd-length";
}
