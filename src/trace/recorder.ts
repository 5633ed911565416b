import { check } from "../options/index.ts";
import type { Balloon, QueueRole } from "../balloon/index.ts";
import { FRAME_BYTES, RamFrames } from "../memory/index.ts";
import type { GuestMemory } from "../memory/index.ts";
import { MAX_BATCH } from "../tracker/index.ts";
import type { DescriptorChain } from "../virtio/index.ts";
import { GUEST_FRAMES } from "./trace.ts";
import type { Trace, TraceRecord } from "./trace.ts";

const WORD_BYTES = 4;
const DEFAULT_LIMIT = 256 * 1024 * 1024;

/**
 * Records what a driver sends to a balloon device: pass `onChain` to the device. Chains that have no effect because of
 * their form (incomplete PFNs, too many PFNs, no pages) are left out, because a trace cannot represent them. The
 * recorder also records what is in the balloon at the start, and again after each reset and restore of the device.
 */
export class TraceRecorder {
  readonly #records: TraceRecord[] = [];
  readonly #limit: number;
  #bytes = 0;
  #full = false;
  #started: number | undefined;
  #device: Balloon | undefined;
  #ram: RamFrames | undefined;
  /** Whether the page set may differ from what the records give. */
  #moved = false;

  /**
   * @param limit the largest amount of memory to use, in bytes; a guest can send without end, and anything beyond the
   * limit is not kept
   * @throws TypeError or RangeError for a wrong number
   */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = check("limit", { integer: [[0, Number.MAX_SAFE_INTEGER]] }, limit);
  }

  /** Whether something was left out because the limit was reached. */
  get full(): boolean {
    return this.#full;
  }

  /** Number of records so far. */
  get length(): number {
    return this.#records.length;
  }

  /**
   * Returns what was recorded so far.
   * @param guestFrames one more than the last PFN of guest memory, for a trace without a chain. Otherwise the regions
   * of the memory that the chains were in count
   * @throws TypeError or RangeError for a wrong number
   */
  trace(guestFrames: number): Trace {
    check("guestFrames", GUEST_FRAMES, guestFrames);
    const records = [...this.#records];
    const ram = this.#ram;
    return ram?.hasHoles === true && records[0]?.kind === "ballooned"
      ? { guestFrames: ram.end, memory: ram.pairs, records }
      : { guestFrames, records };
  }

  /** Pass this as the `onChain` option of a device. */
  readonly onChain = (
    role: QueueRole,
    chain: DescriptorChain,
    memory: GuestMemory,
    device?: Balloon,
  ): void => {
    if (device !== undefined && device !== this.#device) this.#follow(device, memory);
    if (role === "inflate" || role === "deflate") this.#addBatch(role, chain, memory);
    if (role === "hint" || role === "report") this.#addRanges(role, chain);
  };

  #follow(device: Balloon, memory: GuestMemory): void {
    this.#device = device;
    this.#ram = new RamFrames(memory);
    this.#moved = true;
    device.on("reset", () => {
      this.#moved = true;
    });
  }

  /**
   * Records what is in the balloon before the first chain that follows a change of the page set. The device has not
   * processed that chain yet.
   */
  #addHeld(): void {
    if (!this.#moved || this.#device === undefined) return;
    const ranges = this.#device.pages.allRuns();
    if (!this.#hasRoom(ranges.byteLength)) return;
    this.#records.push({ kind: "ballooned", timeUs: this.#time(), ranges });
    this.#moved = false;
  }

  #addBatch(kind: "inflate" | "deflate", chain: DescriptorChain, memory: GuestMemory): void {
    const bytes = chain.readableBytes;
    if (bytes === 0 || bytes % WORD_BYTES !== 0 || bytes > WORD_BYTES * MAX_BATCH) return;
    this.#addHeld();
    if (!this.#hasRoom(bytes)) return;
    const pfns = new Uint32Array(bytes / WORD_BYTES);
    chain.copyReadable(memory, new Uint8Array(pfns.buffer));
    this.#records.push({ kind, timeUs: this.#time(), pfns });
  }

  #addRanges(kind: "hint" | "report", chain: DescriptorChain): void {
    const ranges: number[] = [];
    for (let i = chain.readable; i < chain.length; i++) {
      const first = Math.ceil(chain.address(i) / FRAME_BYTES);
      const end = Math.floor((chain.address(i) + chain.bytes(i)) / FRAME_BYTES);
      if (end > first) ranges.push(first, end - first);
    }
    if (ranges.length === 0) return;
    this.#addHeld();
    if (!this.#hasRoom(WORD_BYTES * ranges.length)) return;
    this.#records.push({ kind, timeUs: this.#time(), ranges: Uint32Array.from(ranges) });
  }

  /** Whether there is room for a record. Its overhead counts too, because a guest may send very small records. */
  #hasRoom(payload: number): boolean {
    const bytes = payload + 256;
    if (this.#bytes + bytes > this.#limit) this.#full = true;
    if (!this.#full) this.#bytes += bytes;
    return !this.#full;
  }

  /** Microseconds since the first record, modulo 2^32. */
  #time(): number {
    const now = performance.now();
    this.#started ??= now;
    return Math.round((now - this.#started) * 1000) >>> 0;
  }
}
