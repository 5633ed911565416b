import type { HostFailure, HostMemory, HostResult } from "../host/index.ts";

/** Counters of the host calls and their results. A run is one host call; frames are 4 KiB page frames. */
export interface LockCounters {
  /** Calls of `unlock` that succeeded. */
  unlockedRuns: number;
  /** Frames in them. */
  unlockedFrames: number;
  /** Calls of `lock` that succeeded. */
  lockedRuns: number;
  /** Frames in them. */
  lockedFrames: number;
  /** Calls of `discard` that succeeded. */
  discardedRuns: number;
  /** Frames in them. */
  discardedFrames: number;
  /** Calls of `unlock` that failed. */
  unlockFailures: number;
  /** Calls of `lock` that failed. */
  lockFailures: number;
  /** Calls of `discard` that failed. */
  discardFailures: number;
}

const DISPOSED: HostFailure = { code: "ECANCELED", message: "the device was disposed of" };

/** Makes host calls and counts them. A host that throws counts as failed with code "EIO": see {@link HostMemory}. */
export class HostCalls {
  readonly counters: LockCounters = {
    unlockedRuns: 0,
    unlockedFrames: 0,
    lockedRuns: 0,
    lockedFrames: 0,
    discardedRuns: 0,
    discardedFrames: 0,
    unlockFailures: 0,
    lockFailures: 0,
    discardFailures: 0,
  };
  readonly #host: HostMemory;
  #disposed = false;

  constructor(host: HostMemory) {
    this.#host = host;
  }

  unlock(first: number, frames: number): HostResult {
    const failure = this.#try("unlock", first, frames);
    if (failure === undefined) {
      this.counters.unlockedRuns++;
      this.counters.unlockedFrames += frames;
    } else this.counters.unlockFailures++;
    return failure;
  }

  lock(first: number, frames: number): HostResult {
    const failure = this.#try("lock", first, frames);
    if (failure === undefined) {
      this.counters.lockedRuns++;
      this.counters.lockedFrames += frames;
    } else this.counters.lockFailures++;
    return failure;
  }

  /** Discards frames. A failure costs only memory, so it is only counted. */
  discard(first: number, frames: number): void {
    if (this.#tryDiscard(first, frames) === undefined) {
      this.counters.discardedRuns++;
      this.counters.discardedFrames += frames;
    } else this.counters.discardFailures++;
  }

  fill(first: number, frames: number, word: number): void {
    if (this.#tryFill(first, frames, word) !== undefined) this.counters.discardFailures++;
  }

  /** Makes every later call fail without reaching the host. */
  dispose(): void {
    this.#disposed = true;
  }

  #tryDiscard(first: number, frames: number): HostResult {
    if (this.#disposed) return DISPOSED;
    try {
      return this.#host.discard(first, frames);
    } catch (error) {
      return thrown(error);
    }
  }

  #try(call: "lock" | "unlock", first: number, frames: number): HostResult {
    if (this.#disposed) return DISPOSED;
    try {
      return this.#host[call](first, frames);
    } catch (error) {
      return thrown(error);
    }
  }

  #tryFill(first: number, frames: number, word: number): HostResult {
    if (this.#disposed) return DISPOSED;
    try {
      return this.#host.fill?.(first, frames, word);
    } catch (error) {
      return thrown(error);
    }
  }
}

function thrown(error: unknown): HostFailure {
  return { code: "EIO", message: String(error) };
}
