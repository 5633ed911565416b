import { ConfigField } from "../balloon/config.ts";
import { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES, RecordingHost } from "../host/index.ts";
import type { HostMemory } from "../host/index.ts";
import { Feature, featureSet } from "../negotiation/index.ts";
import { GuestMemory, ModernBar, MockDriver } from "../virtio/index.ts";
import type { MockBuffer, MockQueue } from "../virtio/index.ts";
import type { Trace, TraceRecord } from "./trace.ts";
import { isBatch } from "./trace.ts";

const WORD_BYTES = 4;
const NO_INTERRUPT = { raise: () => undefined, lower: () => undefined };

/** As a Linux guest without page poisoning takes them, apart from what a replay has no use for. */
const FEATURES = featureSet(
  Feature.WILL_TELL_HOST,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_REPORTING,
  Feature.VERSION_1,
);

/**
 * A guest that says what a trace's guest said, to a real device through rings in guest memory.
 *
 * The rings and the buffer for PFNs stand in frames the trace may name. That is safe: the host is never given this
 * memory, so nothing can discard it. The rest of it is never touched, and so costs address space only.
 */
export class TraceDriver {
  readonly device: Balloon;
  /** Whether hints and reports can be sent: not where memory is pinned, since they are not offered there. */
  readonly takesFreePages: boolean;
  /** Whether a hinting run is open. */
  hinting = false;
  readonly #driver: MockDriver;
  #outOfRange = 0;
  readonly #queues: Partial<Record<TraceRecord["kind"], MockQueue>> = {};
  /** Address of the buffer that PFNs and the command id are sent in. */
  readonly #buffer: number;

  /**
   * @param host default: a {@link RecordingHost}
   * @throws RangeError when memory of that size cannot be had, or cannot hold rings and the largest batch
   */
  constructor(trace: Trace, host?: HostMemory) {
    const memory = memoryOf(trace);
    // After the memory, which sets a bound to the frames that a trace may claim: this host takes a byte for each.
    host ??= new RecordingHost({ frames: trace.guestFrames });
    this.device = new Balloon({
      memory,
      host,
      interrupt: NO_INTERRUPT,
      stats: false,
      freePageReporting: true,
    });
    this.takesFreePages = !host.pinned;
    this.#driver = new MockDriver(new ModernBar(this.device), memory, 0);
    this.#setUpQueues();
    this.#buffer = this.#allocate(WORD_BYTES * largestBatch(trace));
    this.#driver.ready();
  }

  /** Sends PFNs, or the command id of a hinting run: one chain of one buffer. */
  sendWords(kind: TraceRecord["kind"], words: Uint32Array): void {
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    this.#driver.memory.bytes.set(bytes, this.#buffer);
    this.#send(kind, [{ address: this.#buffer, bytes: bytes.length }]);
  }

  /**
   * Sends [first, frames] pairs: one chain with a device-writable buffer a range.
   * @throws RangeError for what no chain can be: without a range, with more of them than the queue has descriptors, or
   * with one of 4 GiB
   */
  sendRanges(kind: "hint" | "report", ranges: Uint32Array): void {
    const buffers: MockBuffer[] = [];
    for (let i = 0; i < ranges.length; i += 2) buffers.push(pagesOf(ranges[i]!, ranges[i + 1]!));
    this.#send(kind, buffers);
  }

  /** Goes on from another page set, as a device that was restored with it: [first, frames] pairs. */
  hold(runs: Uint32Array): void {
    if (this.device.ballooned === 0 && runs.length === 0) return;
    const state = this.device.state();
    const lock = { keptLocked: new Uint32Array(0), owed: new Uint32Array(0) };
    const refusal = this.device.restore({ ...state, ballooned: runs, withheld: undefined, lock });
    if (refusal !== undefined) throw new RangeError(`ballooned: ${refusal}`);
    this.hinting = false;
  }

  /** PFNs outside guest memory that were counted since the last call. */
  newlyOutOfRange(): number {
    const before = this.#outOfRange;
    this.#outOfRange = this.device.counters().faults["pfn-out-of-range"] ?? 0;
    return this.#outOfRange - before;
  }

  /** Asks the device to want free pages, and begins to answer. A trace does not say where a run ends: it stays open. */
  startHinting(): void {
    this.device.requestFreePages();
    this.hinting = true;
    this.sendWords("hint", Uint32Array.of(this.#driver.readConfig(ConfigField.FREE_PAGE_HINT_CMD_ID)));
  }

  /** Negotiates, and enables the queues in the order the device numbers them. */
  #setUpQueues(): void {
    this.#driver.negotiate(this.#driver.offered & FEATURES);
    const kinds = [
      "inflate",
      "deflate",
      ...(this.takesFreePages ? (["hint", "report"] as const) : []),
    ] as const;
    kinds.forEach((kind, index) => {
      this.#queues[kind] = this.#driver.queue(index);
    });
  }

  #allocate(bytes: number): number {
    const address = this.#driver.allocate(bytes);
    if (this.#driver.memory.contains(address, bytes)) return address;
    throw new RangeError(`a guest of ${this.device.frames} frames cannot hold its rings and its batches`);
  }

  /** One chain, acknowledged before this returns: the device answers a kick at once. */
  #send(kind: TraceRecord["kind"], buffers: readonly MockBuffer[]): void {
    const queue = this.#queues[kind]!;
    if (buffers.length === 0 || buffers.length > queue.size) {
      throw new RangeError(`${kind}: no chain of ${buffers.length} buffers in a queue of ${queue.size}`);
    }
    const head = queue.add(...buffers);
    queue.kick();
    const used = queue.used();
    if (used.length === 1 && used[0]!.head === head && used[0]!.written === 0) return;
    throw new Error(`${kind}: sent chain ${head}, the device returned ${JSON.stringify(used)}`);
  }
}

/** @throws RangeError when there is no buffer of that size */
function memoryOf({ guestFrames }: Trace): GuestMemory {
  const ram = new Uint8Array(guestFrames * FRAME_BYTES);
  return new GuestMemory(() => ram);
}

function pagesOf(first: number, frames: number): MockBuffer {
  const bytes = frames * FRAME_BYTES;
  if (bytes >= 2 ** 32) throw new RangeError(`${frames} frames at ${first}: a buffer is shorter than 4 GiB`);
  return { address: first * FRAME_BYTES, bytes, writable: true };
}

/** PFNs in the largest batch, or 1: a command id needs that much. */
function largestBatch({ records }: Trace): number {
  return records.filter(isBatch).reduce((most, { pfns }) => Math.max(most, pfns.length), 1);
}
