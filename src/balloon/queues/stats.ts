import type { DescriptorChain, SplitQueue, VirtioDevice } from "../../virtio/index.ts";
import type { Compliance } from "../compliance.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

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
  readonly virtio: VirtioDevice;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
}

/**
 * The statistics queue: the driver leaves one buffer with the device; returning it asks for new statistics
 * (VIRTIO 1.3 §5.5.6.3).
 */
export class StatsQueue implements BalloonQueue {
  readonly role = "stats";
  readonly ordered = false;
  readonly #options: StatsQueueOptions;
  /** The last statistics of the driver; it has sent none as long as they are empty. */
  latest: GuestStats = {};
  /** Head of the buffer that the device keeps. */
  #buffer: number | undefined;
  /** Tags of the driver's first statistics that have any; all later ones must have the same. */
  #tags = "";
  #first = true;

  constructor(options: StatsQueueOptions) {
    this.#options = options;
  }

  /** Head of the buffer that the device keeps, for a saved state. */
  get buffer(): number | undefined {
    return this.#buffer;
  }

  /** A buffer with statistics: kept until new ones are asked for. A second one at a time goes straight back. */
  process({ chain }: SplitQueue): Disposition {
    const { virtio, faults } = this.#options;
    if (this.#buffer !== undefined) {
      faults.add("stats-extra-buffer");
      return "return";
    }
    this.#buffer = chain.head;
    const bytes = this.#gather(chain);
    if (bytes === undefined) faults.add("stats-length");
    // LEG-S2: a legacy driver's first buffer holds whatever was in its memory.
    else if (!this.#first || virtio.interface !== "legacy") this.#take(parseStats(bytes));
    this.#first = false;
    return "keep";
  }

  /** Gives the buffer back, which asks for new statistics. Returns false when the driver has not left one. */
  request(ring: SplitQueue): boolean {
    if (this.#buffer === undefined) return false;
    ring.push(this.#buffer, 0);
    this.#buffer = undefined;
    return true;
  }

  forget(): void {
    this.#buffer = undefined;
  }

  reset(): void {
    this.#buffer = undefined;
    this.#tags = "";
    this.#first = true;
  }

  /** Takes over the buffer of a saved device. A driver that was up has sent its first one before. */
  restore(buffer: number | undefined, up: boolean): void {
    this.#buffer = buffer;
    this.#first = !up;
  }

  #take(stats: GuestStats): void {
    const tags = Object.keys(stats).sort().join();
    // §5.5.5 has the driver add an empty buffer first: that is no subset yet.
    this.#tags ||= tags;
    if (tags !== this.#tags) this.#options.compliance.broke("DRV-S8");
    this.latest = stats;
    this.#options.events.emit("stats", stats);
  }

  #gather(chain: DescriptorChain): DataView | undefined {
    const length = chain.readableBytes;
    if (length % ENTRY_BYTES !== 0 || length > MAX_ENTRIES * ENTRY_BYTES) return undefined;
    const bytes = new Uint8Array(length);
    chain.copyReadable(this.#options.virtio.memory.bytes, bytes);
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
