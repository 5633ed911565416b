import { FRAME_BYTES, ZeroingHost } from "../host/index.ts";
import type { HostFailure, HostMemory, HostResult } from "../host/index.ts";
import { readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { loadLibc, MADV_DONTNEED, MADV_DONTNEED_LOCKED } from "./libc.ts";
import type { Errno, Libc } from "./libc.ts";
import { defaultBorderLimit, LockMap } from "./lock-map.ts";
import { NodeHostError } from "./node-host-error.ts";
import { forEachRunOf, isZero } from "./zero-frames.ts";

/** The code of an unlock or lock that would have split the process's mappings too often; nothing was done then. */
export const TOO_MANY_MAPPINGS = "EMAPCOUNT";

/** Options of {@link NodeHost}. */
export interface NodeHostOptions {
  /** Current view of guest physical memory; asked for on every call, because emulators replace it on growth. */
  readonly ram: () => Uint8Array;
  /** Told of every byte range [start, end) whose contents changed: an emulator drops translated code there. */
  readonly written?: (start: number, end: number) => void;
  /** Lock all of guest memory now, and be `pinned`. Default false. */
  readonly lock?: boolean;
  /**
   * How many borders between locked and unlocked memory unlocking may make in this process, all hosts together.
   * Default: 8192, or a quarter of vm.max_map_count if that is less. Locking may use as much again.
   */
  readonly maxBorders?: number;
}

/** The kind of every option of {@link NodeHost}. */
export const NODE_HOST_OPTIONS: Table<NodeHostOptions> = {
  ram: { needed: "function" },
  written: "function",
  lock: "boolean",
  maxBorders: { integer: [[0, 2 ** 32 - 1]] },
};

/**
 * Guest memory that the operating system gets back: a discarded frame leaves the process, by madvise(2), and reads as
 * zeros when it is touched again. With `lock`, frames are really locked and unlocked, by mlock2(2) and munlock(2).
 * Linux only, through koffi.
 */
export class NodeHost implements HostMemory {
  readonly pinned: boolean;
  /** Whether {@link discard} works on locked frames too, which then stay locked: on Linux 5.18 and later. */
  readonly discardsLocked: boolean;
  readonly #ram: () => Uint8Array;
  readonly #written: (start: number, end: number) => void;
  readonly #zeroing: ZeroingHost;
  readonly #libc: Libc;
  readonly #maxBorders: number;
  readonly #locks: LockMap;
  readonly #advice: number;
  #buffer: ArrayBufferLike | undefined;
  #address = 0;

  /**
   * @throws NodeHostError when this system cannot do it, or when `lock` fails: then nothing is locked; TypeError or
   * RangeError for wrong options
   */
  constructor(given: NodeHostOptions) {
    const options = readOptions("NodeHost", NODE_HOST_OPTIONS, given);
    const { ram, written = () => undefined, lock = false } = options;
    this.#libc = loadLibc();
    this.#ram = ram;
    this.#written = written;
    this.#zeroing = new ZeroingHost(ram, written);
    this.#locks = new LockMap(Math.floor(ram().length / FRAME_BYTES));
    this.#maxBorders = options.maxBorders ?? defaultBorderLimit();
    this.pinned = lock;
    this.discardsLocked = lock && this.#libc.madvise(this.#at(0), 0, MADV_DONTNEED_LOCKED) === undefined;
    this.#advice = this.discardsLocked ? MADV_DONTNEED_LOCKED : MADV_DONTNEED;
    if (lock) this.#lockAll();
  }

  /** Guest memory in 4 KiB frames. */
  get frames(): number {
    return this.#locks.frames;
  }

  /** Frames locked now. */
  get lockedFrames(): number {
    return this.#locks.lockedFrames;
  }

  /** Whether the frame is locked now. */
  isLocked(frame: number): boolean {
    return this.#locks.isLocked(frame);
  }

  /** Frames of guest memory that are in the host's memory now, by mincore(2). */
  get residentFrames(): number {
    return this.#residency().reduce((sum, page) => sum + (page & 1), 0);
  }

  /** Whether one frame is in the host's memory now. */
  isResident(frame: number): boolean {
    return (this.#residency()[frame]! & 1) === 1;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#setLocked(first, frames, false, this.#maxBorders);
  }

  /** May make twice as many borders as unlocking may: the guest wants these frames, and waits. */
  lock(first: number, frames: number): HostResult {
    return this.#setLocked(first, frames, true, 2 * this.#maxBorders);
  }

  discard(first: number, frames: number): HostResult {
    const errno = this.#libc.madvise(this.#at(first), frames * FRAME_BYTES, this.#advice);
    if (errno !== undefined) return failure("madvise", first, frames, errno);
    this.#written(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    return undefined;
  }

  fill(first: number, frames: number, word: number): HostResult {
    this.#zeroing.fill(first, frames, word);
    return undefined;
  }

  /**
   * Gives back every frame that holds nothing but zeros; the guest cannot tell. After an emulator has restored a
   * state it has written all of guest memory, most of it with zeros. Returns the number of frames given back.
   */
  trim(): number {
    const ram = Buffer.from(this.#ram().buffer, this.#ram().byteOffset, this.#ram().length);
    const resident = this.#residency();
    let given = 0;
    const wanted = (frame: number): boolean =>
      (resident[frame]! & 1) === 1 && this.#mayDiscard(frame) && isZero(ram, frame);
    forEachRunOf(this.frames, wanted, (first, frames) => {
      const errno = this.#libc.madvise(this.#at(first), frames * FRAME_BYTES, this.#advice);
      if (errno === undefined) given += frames;
    });
    return given;
  }

  /** Unlocks everything, for when the emulator is destroyed; the host is of no use afterwards. */
  dispose(): void {
    if (this.pinned) this.#libc.munlock(this.#at(0), this.frames * FRAME_BYTES);
    this.#locks.forget();
  }

  #lockAll(): void {
    const failed = this.lock(0, this.frames);
    if (failed === undefined) return;
    const advice = "raise RLIMIT_MEMLOCK (ulimit -l) or grant CAP_IPC_LOCK";
    throw new NodeHostError(failed.code, `guest memory cannot be locked: ${failed.message}; ${advice}`);
  }

  #setLocked(first: number, frames: number, locked: boolean, maxBorders: number): HostResult {
    const call = locked ? "mlock2" : "munlock";
    const borders = this.#locks.bordersAfter(first, frames, locked);
    if (borders > Math.max(maxBorders, LockMap.borders))
      return tooManyMappings(call, first, frames, maxBorders);
    const errno = this.#apply(first, frames, locked);
    if (errno !== undefined) {
      this.#undo(first, frames, locked);
      return failure(call, first, frames, errno);
    }
    this.#locks.set(first, frames, locked);
    return undefined;
  }

  /** mlock(2) and munlock(2) work mapping by mapping, and may have done the first of several before they failed. */
  #undo(first: number, frames: number, locked: boolean): void {
    this.#locks.forEachRun(first, frames, !locked, (from, count) => {
      this.#apply(from, count, !locked);
    });
  }

  #apply(first: number, frames: number, locked: boolean): Errno {
    const call = locked ? this.#libc.mlockOnFault : this.#libc.munlock;
    return call(this.#at(first), frames * FRAME_BYTES);
  }

  #mayDiscard(frame: number): boolean {
    return this.discardsLocked || !this.#locks.isLocked(frame);
  }

  #residency(): Uint8Array {
    const vector = new Uint8Array(this.frames);
    const errno = this.#libc.mincore(this.#at(0), this.frames * FRAME_BYTES, vector);
    if (errno !== undefined) throw new NodeHostError(errno, `mincore failed: ${errno}`);
    return vector;
  }

  /** Host address of a frame. The memory has a new buffer after it has grown, and may then be somewhere else. */
  #at(first: number): number {
    const ram = this.#ram();
    if (ram.buffer !== this.#buffer) {
      this.#buffer = ram.buffer;
      this.#address = this.#libc.addressOf(ram);
    }
    return this.#address + first * FRAME_BYTES;
  }
}

function failure(call: string, first: number, frames: number, code: string): HostFailure {
  return { code, message: `${call} of ${frames} frames at ${first}: ${code}` };
}

function tooManyMappings(call: string, first: number, frames: number, limit: number): HostFailure {
  const message = `${call} of ${frames} frames at ${first} would make more than ${limit} borders between mappings`;
  return { code: TOO_MANY_MAPPINGS, message };
}
