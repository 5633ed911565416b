import { check } from "../options/index.ts";
import type { Balloon, QueueRole } from "../balloon/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { MAX_BATCH } from "../tracker/index.ts";
import type { DescriptorChain, GuestMemory } from "../virtio/index.ts";
import { GUEST_FRAMES } from "./trace.ts";
import type { Trace, TraceRecord } from "./trace.ts";

const WORD_BYTES = 4;
const DEFAULT_LIMIT = 256 * 1024 * 1024;

/**
 * Records what a driver tells a balloon device: give `onChain` to the device. What has no effect on a device for its
 * form alone — PFNs cut short, too many at once, no pages — is left out, since a trace has no room for it. What is in the
 * balloon when it begins is recorded as well, and again after each reset and restore of the device.
 */
export class TraceRecorder {
  readonly #records: TraceRecord[] = [];
  readonly #limit: number;
  #bytes = 0;
  #full = false;
  #started: number | undefined;
  #device: Balloon | undefined;
  /** Whether the page set may be another than the records make it. */
  #moved = false;

  /**
   * @param limit bytes of memory at most: a guest can talk for ever, and what it says beyond them is not kept
   * @throws TypeError or RangeError for no such number
   */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = check("limit", { integer: [[0, Number.MAX_SAFE_INTEGER]] }, limit);
  }

  /** Whether something was left out for want of room. */
  get full(): boolean {
    return this.#full;
  }

  /** Records so far. */
  get length(): number {
    return this.#records.length;
  }

  /** What was recorded so far, of a guest of `guestFrames` frames. @throws TypeError or RangeError for no such number */
  trace(guestFrames: number): Trace {
    check("guestFrames", GUEST_FRAMES, guestFrames);
    return { guestFrames, records: [...this.#records] };
  }

  /** The `onChain` of a device. */
  readonly onChain = (
    role: QueueRole,
    chain: DescriptorChain,
    memory: GuestMemory,
    device?: Balloon,
  ): void => {
    if (device !== undefined && device !== this.#device) this.#follow(device);
    if (role === "inflate" || role === "deflate") this.#addBatch(role, chain, memory);
    if (role === "hint" || role === "report") this.#addRanges(role, chain);
  };

  #follow(device: Balloon): void {
    this.#device = device;
    this.#moved = true;
    device.on("reset", () => {
      this.#moved = true;
    });
  }

  /** Before the first chain of a new page set: what the device holds, the chain not yet handled. */
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
    chain.copyReadable(memory.bytes, new Uint8Array(pfns.buffer));
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

  /** Counts what a record costs beside its payload, too: a guest may send ever so small ones. */
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
