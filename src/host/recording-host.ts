import { FRAME_BYTES, GUEST_MEMORY, RamFrames } from "../memory/index.ts";
import type { GuestMemory } from "../memory/index.ts";
import { check, readOptions } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import { checkFrame } from "./frame-range.ts";
import { HOST_MEMORY, PAGE_FRAMES } from "./host-memory.ts";
import type { HostMemory, HostResult } from "./host-memory.ts";

/** A recorded call for frames [first, first + frames). */
export interface HostCall {
  readonly call: "unlock" | "lock" | "discard";
  readonly first: number;
  readonly frames: number;
  /** Errno name, if the call failed. */
  readonly failed?: string;
}

/** Options of {@link RecordingHost}. */
export interface RecordingHostOptions {
  /** Guest memory that begins at 0, by its size in 4 KiB frames. Either this or `memory` is required. */
  readonly frames?: number;
  /** Guest memory of any shape. Only its regions are read. */
  readonly memory?: GuestMemory;
  /**
   * The largest number of frames that may be locked at once, like RLIMIT_MEMLOCK. Beyond it, lock fails with ENOMEM.
   * Default: no limit.
   */
  readonly lockLimit?: number;
  /** Frames in a page of this host. Calls for anything but whole pages fail with EINVAL. Default 1. */
  readonly pageFrames?: number;
  /** A host that performs the discards. Default: none. */
  readonly inner?: HostMemory;
}

const LOCK_LIMIT: Kind = { integer: [[0, 2 ** 32 - 1]], orInfinity: true };

export const RECORDING_HOST_OPTIONS: Table<RecordingHostOptions> = {
  frames: { integer: [[0, 2 ** 32 - 1]] },
  memory: GUEST_MEMORY,
  lockLimit: LOCK_LIMIT,
  pageFrames: PAGE_FRAMES,
  inner: HOST_MEMORY,
};

/**
 * A pinned host that exists only in memory. It keeps the set of locked frames as a real kernel would, records every
 * call, and can fail on demand. All frames are locked at the start. It behaves like mlock, munlock and madvise:
 * discarding a locked frame fails with EINVAL.
 */
export class RecordingHost implements HostMemory {
  readonly pinned = true;
  readonly pageFrames: number;
  /** All calls in order, for tests and demos. Clear it with `calls.length = 0`. */
  readonly calls: HostCall[] = [];
  readonly #ram: RamFrames;
  readonly #locked: Uint8Array;
  readonly #inner: HostMemory | undefined;
  readonly #failures = new Map<number, string>();
  #lockLimit: number;
  #lockedFrames: number;
  #made = 0;

  /** @throws TypeError or RangeError for wrong options; RangeError if there is not enough memory for the frames */
  constructor(options: RecordingHostOptions) {
    const read = readOptions("RecordingHost", RECORDING_HOST_OPTIONS, options);
    const { lockLimit = Infinity, pageFrames = 1, inner } = read;
    this.#ram = ramOf(read);
    this.#locked = new Uint8Array(this.#ram.end);
    this.#lockedFrames = 0;
    for (let i = 0; i < this.#ram.pairs.length; i += 2)
      this.#setLocked(this.#ram.pairs[i]!, this.#ram.pairs[i + 1]!, 1);
    this.#lockLimit = lockLimit;
    this.pageFrames = pageFrames;
    this.#inner = inner;
  }

  /** The largest number of frames that may be locked at once. */
  get lockLimit(): number {
    return this.#lockLimit;
  }

  /** @throws TypeError or RangeError unless it is a number of frames, or Infinity */
  set lockLimit(frames: number) {
    this.#lockLimit = check("lockLimit", LOCK_LIMIT, frames);
  }

  /**
   * Makes the `nth` call from now on (0: the next) fail once with `code`.
   * @throws TypeError or RangeError unless `nth` is a count and `code` a string
   */
  failCall(nth: number, code = "ENOMEM"): void {
    check("nth", { integer: [[0, Number.MAX_SAFE_INTEGER]] }, nth);
    check("code", "string", code);
    this.#failures.set(this.#made + nth, code);
  }

  /** Number of calls made so far. */
  get made(): number {
    return this.#made;
  }

  /** Number of frames that are locked now. */
  get lockedFrames(): number {
    return this.#lockedFrames;
  }

  /** Whether the frame is locked now. @throws TypeError or RangeError unless it is a frame of this memory */
  isLocked(frame: number): boolean {
    checkFrame(frame, this.#ram);
    return this.#locked[frame] === 1;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#record("unlock", first, frames, () => {
      this.#setLocked(first, frames, 0);
      return undefined;
    });
  }

  lock(first: number, frames: number): HostResult {
    return this.#record("lock", first, frames, () => {
      const more = frames - this.#count(first, frames);
      if (this.#lockedFrames + more > this.#lockLimit) return "ENOMEM";
      this.#setLocked(first, frames, 1);
      return undefined;
    });
  }

  discard(first: number, frames: number): HostResult {
    return this.#record("discard", first, frames, () => {
      if (this.#count(first, frames) > 0) return "EINVAL";
      return this.#inner?.discard(first, frames)?.code;
    });
  }

  #record(call: HostCall["call"], first: number, frames: number, act: () => string | undefined): HostResult {
    const injected = this.#failures.get(this.#made);
    this.#failures.delete(this.#made++);
    const code = injected ?? this.#misuse(first, frames) ?? act();
    this.calls.push(code === undefined ? { call, first, frames } : { call, first, frames, failed: code });
    return code === undefined
      ? undefined
      : { code, message: `${call} of ${String(frames)} frames at ${String(first)}: ${code}` };
  }

  #misuse(first: number, frames: number): string | undefined {
    if (!this.#ram.contains(first, frames)) return "EINVAL";
    return first % this.pageFrames === 0 && frames % this.pageFrames === 0 ? undefined : "EINVAL";
  }

  #count(first: number, frames: number): number {
    let locked = 0;
    for (let frame = first; frame < first + frames; frame++) locked += this.#locked[frame]!;
    return locked;
  }

  #setLocked(first: number, frames: number, value: 0 | 1): void {
    this.#lockedFrames += value * frames - this.#count(first, frames);
    this.#locked.fill(value, first, first + frames);
  }
}

/** @throws TypeError unless exactly one of `frames` and `memory` is given */
function ramOf({ frames, memory }: RecordingHostOptions): RamFrames {
  if ((frames === undefined) === (memory === undefined))
    throw new TypeError("RecordingHost: expected either frames or memory");
  return new RamFrames(memory ?? { regions: [{ base: 0, size: frames! * FRAME_BYTES }] });
}
