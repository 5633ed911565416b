import type { GuestMemory, SplitQueue } from "../virtio/index.ts";
import type { Compliance } from "./compliance.ts";
import type { Disposition } from "./disposition.ts";
import type { FaultCounters } from "./guest-faults.ts";

/** Names of the statistics tags: 0–9 of VIRTIO 1.3 §5.5.6.4, 10–15 as Linux ≥ 6.12 sends them. */
export const STAT_NAMES: readonly string[] = [
  "SWAP_IN",
  "SWAP_OUT",
  "MAJFLT",
  "MINFLT",
  "MEMFREE",
  "MEMTOT",
  "AVAIL",
  "CACHES",
  "HTLB_PGALLOC",
  "HTLB_PGFAIL",
  "OOM_KILL",
  "ALLOC_STALL",
  "ASYNC_SCAN",
  "DIRECT_SCAN",
  "ASYNC_RECLAIM",
  "DIRECT_RECLAIM",
];

/** Statistics by name, unknown tags by number ("65534"). Memory sizes are in bytes, the rest are counts. */
export type GuestStats = Readonly<Record<string, bigint>>;

/** struct virtio_balloon_stat: le16 tag, le64 value, packed. The "multiple of 6" of DRV-S5 is a slip of the text. */
const ENTRY_BYTES = 10;
/** Bounds the work a buffer can cause: more than any guest has tags. */
const MAX_ENTRIES = 256;

export interface StatsQueueOptions {
  readonly memory: GuestMemory;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly onStats: (stats: GuestStats) => void;
  /** Whether the driver uses the legacy interface. */
  readonly legacy: () => boolean;
}

/**
 * The statistics queue: the driver leaves one buffer with the device; returning it asks for the next report
 * (VIRTIO 1.3 §5.5.6.3).
 */
export class StatsQueue {
  /** The last report. */
  latest: GuestStats = {};
  /** Head of the buffer the device holds. */
  ballooned: number | undefined;
  readonly #memory: GuestMemory;
  readonly #faults: FaultCounters;
  readonly #compliance: Compliance;
  readonly #onStats: (stats: GuestStats) => void;
  readonly #legacy: () => boolean;
  /** Tags of the driver's first report that has any, which every later one must have. */
  #tags = "";
  #first = true;

  constructor({ memory, faults, compliance, onStats, legacy }: StatsQueueOptions) {
    this.#legacy = legacy;
    this.#memory = memory;
    this.#faults = faults;
    this.#compliance = compliance;
    this.#onStats = onStats;
  }

  /** A buffer with a report: kept until the next one is asked for. A second one at a time goes straight back. */
  handle(queue: SplitQueue): Disposition {
    if (this.ballooned !== undefined) {
      this.#faults.add("stats-extra-buffer");
      return "return";
    }
    this.ballooned = queue.chain.head;
    const bytes = this.#gather(queue);
    if (bytes === undefined) this.#faults.add("stats-length");
    // LEG-S2: a legacy driver's first buffer holds whatever was in its memory.
    else if (!this.#first || !this.#legacy()) this.#take(parseStats(bytes));
    this.#first = false;
    return "keep";
  }

  /** Gives the buffer back. Returns false when the driver has not left one. */
  request(queue: SplitQueue): boolean {
    if (this.ballooned === undefined) return false;
    queue.push(this.ballooned, 0);
    this.ballooned = undefined;
    return true;
  }

  reset(): void {
    this.ballooned = undefined;
    this.#tags = "";
    this.#first = true;
  }

  /** Takes over the buffer a saved device ballooned; a driver that was up has sent its first one before. */
  restore(ballooned: number | undefined, up: boolean): void {
    this.ballooned = ballooned;
    this.#first = !up;
  }

  #take(stats: GuestStats): void {
    const tags = Object.keys(stats).sort().join();
    // §5.5.5 has the driver add an empty buffer first: that is no subset yet.
    this.#tags ||= tags;
    if (tags !== this.#tags) this.#compliance.broke("DRV-S8");
    this.latest = stats;
    this.#onStats(stats);
  }

  #gather(queue: SplitQueue): DataView | undefined {
    const { chain } = queue;
    const length = chain.readableBytes;
    if (length % ENTRY_BYTES !== 0 || length > MAX_ENTRIES * ENTRY_BYTES) return undefined;
    const bytes = new Uint8Array(length);
    chain.copyReadable(this.#memory.bytes, bytes);
    return new DataView(bytes.buffer);
  }
}

function parseStats(entries: DataView): GuestStats {
  const stats: Record<string, bigint> = {};
  for (let at = 0; at < entries.byteLength; at += ENTRY_BYTES) {
    const tag = entries.getUint16(at, true);
    stats[STAT_NAMES[tag] ?? String(tag)] = entries.getBigUint64(at + 2, true);
  }
  return stats;
}
