import type { DescriptorChain, SplitQueue, VirtioDevice } from "../../virtio/index.ts";
import type { Compliance } from "../compliance.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

/** Names of the statistics tags: 0–9 of VIRTIO 1.3 §5.5.6.4, 10–15 as Linux ≥ 6.12 sends them. */
export const STAT_NAMES = [
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
] as const;

/** The name of a statistic that has one. */
export type StatName = (typeof STAT_NAMES)[number];

/**
 * Statistics by name, as far as the driver sends them. Unknown tags appear by number ("65534"). Memory sizes are in bytes;
 * the others are counts.
 */
export type GuestStats = Readonly<Partial<Record<StatName, bigint>>> & Readonly<Record<string, bigint>>;

/**
 * Size of struct virtio_balloon_stat: le16 tag, le64 value, packed. The "multiple of 6" in DRV-S5 is an error in the
 * specification.
 */
const ENTRY_BYTES = 10;
/** Limits the work that one buffer can cause. No guest has this many tags. */
const MAX_ENTRIES = 256;

export interface StatsQueueOptions {
  readonly virtio: VirtioDevice;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
}

/**
 * Serves the statistics queue. The driver leaves one buffer with the device; returning it asks for new statistics
 * (VIRTIO 1.3 §5.5.6.3).
 */
export class StatsQueue implements BalloonQueue {
  readonly role = "stats";
  readonly ordered = false;
  chains = 0;
  readonly #options: StatsQueueOptions;
  /** The driver's last statistics; empty until it has sent some. */
  latest: GuestStats = {};
  /** Head of the buffer that the device keeps. */
  #buffer: number | undefined;
  /** Tags of the driver's first statistics that are not empty. All later statistics must have the same tags. */
  #tags = "";
  #first = true;

  constructor(options: StatsQueueOptions) {
    this.#options = options;
  }

  /** Head of the buffer that the device keeps, for a saved state. */
  get buffer(): number | undefined {
    return this.#buffer;
  }

  /**
   * Processes a buffer with statistics. The device keeps it until it wants new ones. A second buffer is returned at
   * once.
   */
  process({ chain }: SplitQueue): Disposition {
    const { virtio, faults } = this.#options;
    if (this.#buffer !== undefined) {
      faults.add("stats-extra-buffer");
      return "return";
    }
    this.#buffer = chain.head;
    const bytes = this.#gather(chain);
    if (bytes === undefined) faults.add("stats-length");
    // LEG-S2: the first buffer of a legacy driver has arbitrary contents.
    else if (!this.#first || virtio.interface !== "legacy") this.#take(parseStats(bytes));
    this.#first = false;
    return "keep";
  }

  /** Returns the buffer, which asks the driver for new statistics. Returns false if the driver has not left one. */
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

  /** Takes over the buffer of a saved device. A driver that was up has already sent its first buffer. */
  restore(buffer: number | undefined, up: boolean): void {
    this.#buffer = buffer;
    this.#first = !up;
  }

  #take(stats: GuestStats): void {
    const tags = Object.keys(stats).sort().join();
    // §5.5.5 lets the driver add an empty buffer first, which does not count as a different set of tags.
    this.#tags ||= tags;
    if (tags !== this.#tags) this.#options.compliance.broke("DRV-S8");
    this.latest = stats;
    this.#options.events.emit("stats", stats);
  }

  #gather(chain: DescriptorChain): DataView | undefined {
    const length = chain.readableBytes;
    if (length % ENTRY_BYTES !== 0 || length > MAX_ENTRIES * ENTRY_BYTES) return undefined;
    const bytes = new Uint8Array(length);
    chain.copyReadable(this.#options.virtio.memory, bytes);
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
