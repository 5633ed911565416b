import { ConfigField } from "../balloon/config.ts";
import { Balloon } from "../balloon/index.ts";
import { RecordingHost } from "../host/index.ts";
import { FRAME_BYTES, guestMemory } from "../memory/index.ts";
import type { GuestMemory, RamFrames, RamRegion } from "../memory/index.ts";
import type { HostMemory } from "../host/index.ts";
import { Feature, featureSet } from "../negotiation/index.ts";
import { ModernBar, MockDriver } from "../virtio/index.ts";
import type { MockBuffer, MockQueue } from "../virtio/index.ts";
import type { Trace, TraceRecord } from "./trace.ts";
import { isBatch, ramOf } from "./trace.ts";

const WORD_BYTES = 4;
const NO_INTERRUPT = { raise: () => undefined, lower: () => undefined };

/** The features that a Linux guest without page poisoning takes, except those that a replay does not need. */
const FEATURES = featureSet(
  Feature.WILL_TELL_HOST,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_REPORTING,
  Feature.VERSION_1,
);

/**
 * A guest that sends the records of a trace to a real device, through rings in guest memory.
 *
 * The rings and the buffer for PFNs are in frames that the trace may name. That is safe, because the host never gets
 * this memory and cannot discard it. The rest of the memory is never touched and costs only address space.
 */
export class TraceDriver {
  readonly device: Balloon;
  /** Whether hints and reports can be sent. They are not offered if memory is pinned. */
  readonly takesFreePages: boolean;
  /** Whether a hinting run is open. */
  hinting = false;
  readonly #driver: MockDriver;
  readonly #memory: GuestMemory;
  #outOfRange = 0;
  readonly #queues: Partial<Record<TraceRecord["kind"], MockQueue>> = {};
  /** Address of the buffer for PFNs and the command id. */
  readonly #buffer: number;

  /**
   * @param host default: a {@link RecordingHost}
   * @throws RangeError if this much memory cannot be allocated, or cannot hold the rings and the largest batch
   */
  constructor(trace: Trace, host?: HostMemory) {
    const memory = memoryOf(ramOf(trace));
    this.#memory = memory;
    // Made after the memory, which limits the number of frames that a trace may claim: this host takes a byte for each.
    host ??= new RecordingHost({ memory });
    this.device = new Balloon({
      memory,
      host,
      interrupt: NO_INTERRUPT,
      stats: false,
      freePageReporting: true,
    });
    this.takesFreePages = !host.pinned;
    this.#driver = new MockDriver(new ModernBar(this.device), memory, memory.regions[0]!.base);
    this.#setUpQueues();
    this.#buffer = this.#allocate(WORD_BYTES * largestBatch(trace));
    this.#driver.ready();
  }

  /** Sends PFNs, or the command id of a hinting run, as one chain with one buffer. */
  sendWords(kind: TraceRecord["kind"], words: Uint32Array): void {
    for (let i = 0; i < words.length; i++) this.#memory.write32(this.#buffer + WORD_BYTES * i, words[i]!);
    this.#send(kind, [{ address: this.#buffer, bytes: words.byteLength }]);
  }

  /**
   * Sends [first, frames] pairs as one chain with a device-writable buffer for each range.
   * @throws RangeError if a chain cannot have these ranges: there are none, there are more than the queue has
   * descriptors, or one has 4 GiB
   */
  sendRanges(kind: "hint" | "report", ranges: Uint32Array): void {
    const buffers: MockBuffer[] = [];
    for (let i = 0; i < ranges.length; i += 2) buffers.push(pagesOf(ranges[i]!, ranges[i + 1]!));
    this.#send(kind, buffers);
  }

  /** Continues with another page set, given as [first, frames] pairs, as a device restored with it would. */
  hold(runs: Uint32Array): void {
    if (this.device.ballooned === 0 && runs.length === 0) return;
    const state = this.device.state();
    const lock = { keptLocked: new Uint32Array(0), owed: new Uint32Array(0) };
    const refusal = this.device.restore({ ...state, ballooned: runs, withheld: undefined, lock });
    if (refusal !== undefined) throw new RangeError(`ballooned: ${refusal}`);
    this.hinting = false;
  }

  /** Number of PFNs outside guest memory since the last call. */
  newlyOutOfRange(): number {
    const before = this.#outOfRange;
    this.#outOfRange = this.device.counters().faults["pfn-out-of-range"] ?? 0;
    return this.#outOfRange - before;
  }

  /**
   * Makes the device ask for free pages, and starts to answer. A trace does not say where a run ends, so the run stays
   * open.
   */
  startHinting(): void {
    this.device.requestFreePages();
    this.hinting = true;
    this.sendWords("hint", Uint32Array.of(this.#driver.readConfig(ConfigField.FREE_PAGE_HINT_CMD_ID)));
  }

  /** Negotiates, and enables the queues in the order of the device's queue numbers. */
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

  /** Sends one chain, which is acknowledged before this returns: the device answers a kick at once. */
  #send(kind: TraceRecord["kind"], buffers: readonly MockBuffer[]): void {
    const queue = this.#queues[kind]!;
    if (buffers.length === 0 || buffers.length > queue.size) {
      throw new RangeError(
        `${kind}: a chain of ${buffers.length} buffers does not fit a queue of ${queue.size}`,
      );
    }
    const head = queue.add(...buffers);
    queue.kick();
    const used = queue.used();
    if (used.length === 1 && used[0]!.head === head && used[0]!.written === 0) return;
    throw new Error(`${kind}: sent chain ${head}, the device returned ${JSON.stringify(used)}`);
  }
}

/** @throws RangeError if buffers of that size cannot be allocated */
function memoryOf({ pairs }: RamFrames): GuestMemory {
  const regions: RamRegion[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const bytes = new Uint8Array(pairs[i + 1]! * FRAME_BYTES);
    regions.push({ base: pairs[i]! * FRAME_BYTES, bytes: () => bytes });
  }
  return guestMemory(regions);
}

function pagesOf(first: number, frames: number): MockBuffer {
  const bytes = frames * FRAME_BYTES;
  if (bytes >= 2 ** 32)
    throw new RangeError(`${frames} frames at ${first}: a buffer must be shorter than 4 GiB`);
  return { address: first * FRAME_BYTES, bytes, writable: true };
}

/** The number of PFNs in the largest batch, at least 1, because a command id needs that much room. */
function largestBatch({ records }: Trace): number {
  return records.filter(isBatch).reduce((most, { pfns }) => Math.max(most, pfns.length), 1);
}
