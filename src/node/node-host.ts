// Declares Symbol.dispose for programs whose `lib` does not have it.
/// <reference lib="esnext.disposable" preserve="true" />
import { checkFrame, outOfRange } from "../host/frame-range.ts";
import type { HostFailure, HostMemory, HostResult } from "../host/index.ts";
import {
  checkRegions,
  FRAME_BYTES,
  LinearMemory,
  RAM_SOURCE,
  RamFrames,
  regionsOf,
} from "../memory/index.ts";
import type { RamSource } from "../memory/index.ts";
import { GuestPages } from "./guest-pages.ts";
import { HUGE_PAGES } from "./huge-pages.ts";
import type { HugePages } from "./huge-pages.ts";
import { readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { loadLibc, MADV_DONTNEED, MADV_DONTNEED_LOCKED } from "./libc.ts";
import type { Errno, Libc } from "./libc.ts";
import { defaultBorderLimit, LockMap } from "./lock-map.ts";
import { NodeHostError } from "./node-host-error.ts";
import { forEachRunOf, isZero } from "./zero-frames.ts";

/** The code of an unlock or lock that was not done because it would split the process's mappings too often. */
export const TOO_MANY_MAPPINGS = "EMAPCOUNT";

/** Options of {@link NodeHost}. */
export interface NodeHostOptions {
  /**
   * Where guest RAM is, as for `guestMemory`: a function that returns its current view, or regions. The functions are
   * called every time, because emulators replace views on growth. Each view must start at a page of 4096 bytes, as the
   * buffer of a WebAssembly.Memory does, and keep its size in frames.
   */
  readonly ram: RamSource;
  /**
   * Called with every range of physical addresses [start, end) whose contents changed. An emulator must drop the code
   * translated from it.
   */
  readonly written?: (start: number, end: number) => void;
  /** Lock all of guest memory now and be `pinned`. Default false. */
  readonly lock?: boolean;
  /**
   * How many borders between locked and unlocked memory unlocking may make in this process, over all hosts. Default:
   * 8192, or a quarter of vm.max_map_count if that is less. Locking may use the same number again.
   */
  readonly maxBorders?: number;
  /**
   * What to do about transparent huge pages. If the system uses them `always`, one byte written to a discarded page
   * brings back 2 MiB, and khugepaged brings back the rest over time. `"avoid"` keeps guest memory in pages of 4 KiB
   * (MADV_NOHUGEPAGE, which stays after dispose). `"allow"`, the default, leaves it to the system: without huge pages,
   * code that often misses the processor's TLB is slower.
   */
  readonly hugePages?: HugePages;
}

/** The kind of every option of {@link NodeHost}. */
export const NODE_HOST_OPTIONS: Table<NodeHostOptions> = {
  ram: { needed: RAM_SOURCE },
  written: "function",
  lock: "boolean",
  maxBorders: { integer: [[0, 2 ** 32 - 1]] },
  hugePages: HUGE_PAGES,
};

/**
 * A host that returns guest memory to the operating system. A discarded frame leaves the process, by madvise(2), and
 * reads as zeros when it is touched again. With `lock`, frames are really locked and unlocked, by mlock2(2) and
 * munlock(2). It works on Linux only, through koffi.
 *
 * A host call fails with "EINVAL" if its frames are not all in guest memory, or if guest memory is gone or has another
 * size than when the host was made. After {@link dispose} the code is "EDISPOSED". A failed call touches nothing.
 */
export class NodeHost implements HostMemory {
  readonly pinned: boolean;
  /** Whether {@link discard} also works on locked frames and leaves them locked: on Linux 5.18 and later. */
  readonly discardsLocked: boolean;
  readonly #written: (start: number, end: number) => void;
  readonly #libc: Libc;
  readonly #maxBorders: number;
  readonly #ram: RamFrames;
  /** One for each region. */
  readonly #pages: readonly GuestPages[];
  readonly #discard: (address: number, bytes: number) => Errno;

  /**
   * @throws NodeHostError on unsupported systems, or if `lock` fails, in which case nothing is locked; TypeError or
   * RangeError for wrong options, or if `ram` does not return a Uint8Array of at least one frame that starts at a page
   */
  constructor(given: NodeHostOptions) {
    const options = readOptions("NodeHost", NODE_HOST_OPTIONS, given);
    const { ram, written = () => undefined, lock = false, hugePages = "allow" } = options;
    this.#pages = pagesOf(ram, hugePages === "avoid");
    this.#ram = new RamFrames({ regions: this.#pages.map(({ region }) => region) });
    this.#libc = loadLibc();
    this.#written = written;
    this.#maxBorders = options.maxBorders ?? defaultBorderLimit();
    this.pinned = lock;
    this.discardsLocked = lock && this.#canDiscardLocked();
    const advice = this.discardsLocked ? MADV_DONTNEED_LOCKED : MADV_DONTNEED;
    this.#discard = (address, bytes) => this.#libc.madvise(address, bytes, advice);
    if (lock) this.#lockAll();
  }

  /** Size of guest memory in 4 KiB frames. */
  get frames(): number {
    return this.#ram.count;
  }

  /** Number of frames that are locked now. */
  get lockedFrames(): number {
    return this.#pages.reduce((sum, { locks }) => sum + locks.lockedFrames, 0);
  }

  /** Whether the frame is locked now. @throws TypeError or RangeError unless it is a frame of guest memory */
  isLocked(frame: number): boolean {
    checkFrame(frame, this.#ram);
    const pages = this.#regionOf(frame);
    return pages.locks.isLocked(frame - pages.first);
  }

  /**
   * Number of frames of guest memory that are in the host's memory now, by mincore(2).
   * @throws NodeHostError if guest memory is gone or has another size, and after dispose
   */
  get residentFrames(): number {
    const resident = this.#pages.map((pages) => this.#residency(pages, 0, pages.frames));
    return resident.reduce((sum, vector) => vector.reduce((frames, page) => frames + (page & 1), sum), 0);
  }

  /**
   * Whether a frame is in the host's memory now.
   * @throws TypeError or RangeError unless it is a frame of guest memory; NodeHostError under the conditions of
   * {@link residentFrames}
   */
  isResident(frame: number): boolean {
    checkFrame(frame, this.#ram);
    const pages = this.#regionOf(frame);
    return (this.#residency(pages, frame - pages.first, 1)[0]! & 1) === 1;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#setLocked("munlock", first, frames, false, this.#maxBorders);
  }

  /** Locks frames. It may make twice as many borders as unlocking, because the guest wants these frames and waits. */
  lock(first: number, frames: number): HostResult {
    return this.#setLocked("mlock2", first, frames, true, 2 * this.#maxBorders);
  }

  discard(first: number, frames: number): HostResult {
    const pages = this.#find("madvise", first, frames);
    if (!(pages instanceof GuestPages)) return pages;
    const errno = pages.apply(this.#discard, first - pages.first, frames);
    if (errno !== undefined) return failure("madvise", first, frames, errno);
    this.#written(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    return undefined;
  }

  fill(first: number, frames: number, word: number): HostResult {
    const pages = this.#find("fill", first, frames);
    if (!(pages instanceof GuestPages)) return pages;
    const memory = new LinearMemory(() => pages.bytes, pages.first * FRAME_BYTES);
    memory.fill(first * FRAME_BYTES, frames * FRAME_BYTES, word);
    this.#written(first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
    return undefined;
  }

  /**
   * Returns every frame that is all zero to the system. The guest cannot notice. Use it after an emulator has restored
   * a state, because a restore writes all of guest memory, most of it with zeros. Returns the number of frames.
   * @throws NodeHostError if guest memory is gone or has another size, and after dispose
   */
  trim(): number {
    return this.#pages.reduce((given, pages) => given + this.#trim(pages), 0);
  }

  /**
   * Unlocks everything and drops the reference to guest memory, for when the emulator is destroyed. Afterwards the host
   * makes no system call, and its host calls fail with "EDISPOSED". May be called twice.
   */
  dispose(): void {
    for (const pages of this.#pages) pages.release();
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Tests for the advice by discarding nothing, which fails only if the advice is not known. */
  #canDiscardLocked(): boolean {
    const discardNothing = (address: number): Errno => this.#libc.madvise(address, 0, MADV_DONTNEED_LOCKED);
    return this.#pages[0]!.apply(discardNothing, 0, 0) === undefined;
  }

  #lockAll(): void {
    const failures = this.#pages.map(({ first, frames }) => this.lock(first, frames));
    const failed = failures.find((result) => result !== undefined);
    if (failed === undefined) return;
    this.dispose();
    const advice = "raise RLIMIT_MEMLOCK (ulimit -l) or grant CAP_IPC_LOCK";
    throw new NodeHostError(failed.code, `guest memory cannot be locked: ${failed.message}; ${advice}`);
  }

  #setLocked(call: string, first: number, frames: number, locked: boolean, maxBorders: number): HostResult {
    const pages = this.#find(call, first, frames);
    if (!(pages instanceof GuestPages)) return pages;
    const at = first - pages.first;
    const borders = pages.locks.bordersAfter(at, frames, locked);
    if (borders > Math.max(maxBorders, LockMap.borders))
      return tooManyMappings(call, first, frames, maxBorders);
    const errno = this.#apply(pages, at, frames, locked);
    if (errno !== undefined) {
      this.#undo(pages, at, frames, locked);
      return failure(call, first, frames, errno);
    }
    pages.locks.set(at, frames, locked);
    return undefined;
  }

  /**
   * Undoes a failed call. mlock(2) and munlock(2) work mapping by mapping, and may have changed some before they
   * failed.
   */
  #undo(pages: GuestPages, at: number, frames: number, locked: boolean): void {
    pages.locks.forEachRun(at, frames, !locked, (from, count) => {
      this.#apply(pages, from, count, !locked);
    });
  }

  #apply(pages: GuestPages, at: number, frames: number, locked: boolean): Errno {
    return pages.apply(locked ? this.#libc.mlockOnFault : this.#libc.munlock, at, frames);
  }

  #trim(pages: GuestPages): number {
    const resident = this.#residency(pages, 0, pages.frames);
    const { buffer, byteOffset, length } = pages.bytes;
    const ram = Buffer.from(buffer, byteOffset, length);
    let given = 0;
    const wanted = (at: number): boolean =>
      (resident[at]! & 1) === 1 && (this.discardsLocked || !pages.locks.isLocked(at)) && isZero(ram, at);
    forEachRunOf(pages.frames, wanted, (at, frames) => {
      if (pages.apply(this.#discard, at, frames) === undefined) given += frames;
    });
    return given;
  }

  /** The region of a frame that exists. */
  #regionOf(frame: number): GuestPages {
    return this.#pages.find(({ first, frames }) => frame >= first && frame < first + frames)!;
  }

  /** Looks up the region of these frames, or returns why a host call may touch nothing. */
  #find(call: string, first: number, frames: number): GuestPages | HostFailure {
    if (!this.#ram.contains(first, frames)) return outOfRange(call, first, frames, this.#ram);
    const pages = this.#regionOf(first);
    const refused = pages.find();
    if (refused === undefined) return pages;
    return { ...refused, message: `${call} of ${frames} frames at ${first}: ${refused.message}` };
  }

  #residency(pages: GuestPages, at: number, frames: number): Uint8Array {
    const refused = pages.find();
    if (refused !== undefined) throw new NodeHostError(refused.code, refused.message);
    const vector = new Uint8Array(frames);
    const mincore = (address: number, bytes: number): Errno => this.#libc.mincore(address, bytes, vector);
    const errno = pages.apply(mincore, at, frames);
    if (errno !== undefined) throw new NodeHostError(errno, `mincore failed: ${errno}`);
    return vector;
  }
}

/**
 * @throws TypeError or RangeError if a region cannot be used
 */
function pagesOf(ram: RamSource, avoidHugePages: boolean): GuestPages[] {
  const pages = regionsOf(ram).map(
    ({ base, bytes }) => new GuestPages(base, bytes, loadLibc, avoidHugePages),
  );
  checkRegions(
    "ram",
    pages.map(({ region }) => region),
  );
  return pages;
}

function failure(call: string, first: number, frames: number, code: string): HostFailure {
  return { code, message: `${call} of ${frames} frames at ${first}: ${code}` };
}

function tooManyMappings(call: string, first: number, frames: number, limit: number): HostFailure {
  const message = `${call} of ${frames} frames at ${first} would make more than ${limit} borders between mappings`;
  return { code: TOO_MANY_MAPPINGS, message };
}
