import { HOST_MEMORY } from "../host/host-memory.ts";
import type { HostFailure, HostMemory, HostResult } from "../host/index.ts";
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import type { FrameRuns } from "./frame-runs.ts";
import { RunList } from "./frame-runs.ts";
import { checkUint32 } from "../tracker/check.ts";
import { MAX_FRAMES } from "../tracker/index.ts";
import { SparseFrameSet } from "./frame-set.ts";
import { chooseAction, ON_LOCK_FAILURE } from "./lock-failure.ts";
import type { LockFailure, LockFailureAction, OnLockFailure } from "./lock-failure.ts";

/** Host calls made and what became of them. Runs are host calls; frames are 4 KiB page frames. */
export interface LockCounters {
  unlockedRuns: number;
  unlockedFrames: number;
  lockedRuns: number;
  lockedFrames: number;
  discardedRuns: number;
  discardedFrames: number;
  unlockFailures: number;
  lockFailures: number;
  discardFailures: number;
}

/** The frames that are not locked as the page set says: what a snapshot keeps of a {@link LockPolicy}. */
export interface LockState {
  /** [first, frames] pairs of ballooned frames that stayed locked. */
  readonly keptLocked: Uint32Array;
  /** [first, frames] pairs of the guest's frames that are not locked. */
  readonly owed: Uint32Array;
}

/** Options of {@link LockPolicy}. */
export interface LockPolicyOptions {
  readonly host: HostMemory;
  /** Guest memory in frames. */
  readonly frames: number;
  readonly onLockFailure: OnLockFailure;
  /** Told of every failed lock, before the action is chosen. */
  readonly onFailure?: (failure: LockFailure) => void;
}

export const LOCK_POLICY_OPTIONS: Table<LockPolicyOptions> = {
  host: { needed: HOST_MEMORY },
  frames: { needed: { integer: [[1, MAX_FRAMES]] } },
  onLockFailure: { needed: ON_LOCK_FAILURE },
  onFailure: "function",
};

/** Most runs of owed frames that one {@link LockPolicy.retry} tries: bounds the work a guest's batch can cause. */
const RETRY_RUNS = 32;

/**
 * Unlocks and discards what the guest gives, locks again what it takes back — and knows at every moment which frames
 * are locked: all of them, except the ballooned ones that are not `keptLocked`, and the `owed` ones.
 *
 * Order (VIRTIO 1.3 §5.5.6.2, and madvise(2): a locked range cannot be discarded): on inflate unlock, discard, then
 * the caller acknowledges; on deflate lock every run, then the caller acknowledges.
 */
export class LockPolicy {
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
  #enabled = false;
  readonly #host: HostMemory;
  readonly #onLockFailure: OnLockFailure;
  readonly #onFailure: (failure: LockFailure) => void;
  /** Ballooned frames that stayed locked because their unlock failed. */
  readonly #keptLocked: SparseFrameSet;
  /** The guest's frames whose lock failed and was acknowledged all the same. */
  readonly #owed: SparseFrameSet;

  /** @throws TypeError or RangeError for wrong options */
  constructor(options: LockPolicyOptions) {
    const read = readOptions("LockPolicy", LOCK_POLICY_OPTIONS, options);
    const { host, frames, onLockFailure, onFailure = () => undefined } = read;
    this.#host = host;
    this.#onLockFailure = onLockFailure;
    this.#onFailure = onFailure;
    this.#keptLocked = new SparseFrameSet(frames);
    this.#owed = new SparseFrameSet(frames);
  }

  /** Whether the negotiation allows unlocking at all; off until a driver has promised to tell. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** @throws TypeError unless true or false */
  set enabled(on: boolean) {
    this.#enabled = check("enabled", "boolean", on);
  }

  /** Whether frames are unlocked and locked: the driver promised, and this host locks memory. */
  get active(): boolean {
    return this.enabled && this.#host.pinned;
  }

  /** The guest's frames that should be locked and are not. */
  get owedFrames(): number {
    return this.#owed.count;
  }

  /** Ballooned frames that are still locked. */
  get keptLockedFrames(): number {
    return this.#keptLocked.count;
  }

  /** The guest has given these runs. Returns when they may be acknowledged: always, since failures cost only memory. */
  release(runs: FrameRuns): void {
    // Pinned memory under a silent driver: a device may still write to the frames, so they are left alone.
    if (this.#host.pinned && !this.enabled) return;
    for (let i = 0; this.active && i < runs.length; i++) this.#unlock(runs.first(i), runs.frames(i));
    for (let i = 0; i < runs.length; i++) this.#discard(runs.first(i), runs.frames(i));
    this.retry();
  }

  /**
   * The guest wants these runs back: locks them. `"degrade"` as much as success means acknowledge; any other action
   * means the batch was rolled back and its frames are exactly as ballooned as before.
   * @throws TypeError or RangeError unless `attempt` is a count
   */
  reclaim(runs: FrameRuns, attempt = 0): LockFailureAction {
    checkUint32("attempt", attempt);
    if (!this.active) return "degrade";
    const done: number[] = [];
    const owed: number[] = [];
    for (let i = 0; i < runs.length; i++) {
      const action = this.#lockRun(runs.first(i), runs.frames(i), attempt, done, owed);
      if (action !== "degrade") return this.#rollBack(done, action);
    }
    for (let i = 0; i < runs.length; i++) this.#keptLocked.delete(runs.first(i), runs.frames(i));
    for (let i = 0; i < owed.length; i += 2) this.#owed.add(owed[i]!, owed[i + 1]!);
    return "degrade";
  }

  /**
   * Free pages that the guest reuses without a word once they are acknowledged (reporting, hinting): discards them, or
   * fills them with `poison` when the guest expects it there. Pinned pages are unlocked for that moment only, whatever
   * was negotiated: they are locked again before the acknowledgement. Returns false when that failed and the failure
   * policy forbids to go on; frames that could not be locked are owed in any case.
   */
  discardFree(runs: FrameRuns, poison = 0): boolean {
    let goOn = true;
    for (let i = 0; i < runs.length; i++) {
      const first = runs.first(i);
      const frames = runs.frames(i);
      // A page that must keep a value is written, not dropped: it may stay locked.
      if (poison !== 0) this.#fill(first, frames, poison);
      else if (this.#host.pinned && this.#host.discardsLocked !== true) {
        goOn = this.#discardPinned(first, frames) && goOn;
      } else this.#discard(first, frames);
    }
    return goOn;
  }

  /** The whole balloon falls back to the guest without a deflate (device reset): lock it, owe what fails. */
  reclaimAll(held: FrameRuns): void {
    if (this.#host.pinned)
      for (let i = 0; i < held.length; i++) this.#lockOrOwe(held.first(i), held.frames(i));
    this.#keptLocked.clear();
    this.enabled = false;
  }

  /** Tries to lock owed frames, until the first failure or a bounded number of runs. Returns the frames still owed. */
  retry(): number {
    if (this.#owed.count === 0) return 0;
    const owed = new RunList(this.#owed.runs());
    for (let i = 0; i < Math.min(owed.length, RETRY_RUNS); i++) {
      if (this.#lock(owed.first(i), owed.frames(i)) !== undefined) break;
      this.#owed.delete(owed.first(i), owed.frames(i));
    }
    return this.#owed.count;
  }

  /** The exceptions, for a snapshot. */
  state(): LockState {
    return { keptLocked: this.#keptLocked.runs(), owed: this.#owed.runs() };
  }

  /** After a restore on a host that has locked the whole memory: releases what is in the balloon, discards nothing. */
  adopt(held: FrameRuns): void {
    for (let i = 0; this.active && i < held.length; i++) this.#unlock(held.first(i), held.frames(i));
  }

  #unlock(first: number, frames: number): void {
    this.#owed.visitMissing(first, frames, (from, count) => {
      if (this.#call("unlock", from, count) === undefined) {
        this.counters.unlockedRuns++;
        this.counters.unlockedFrames += count;
      } else {
        this.counters.unlockFailures++;
        this.#keptLocked.add(from, count);
      }
      return true;
    });
    this.#owed.delete(first, frames);
  }

  #discard(first: number, frames: number): void {
    // Without exceptions, as nearly always, no closure is made for each run.
    if (this.#host.discardsLocked === true || this.#keptLocked.count === 0) this.#discardRun(first, frames);
    else {
      this.#keptLocked.visitMissing(first, frames, (from, count) => {
        this.#discardRun(from, count);
        return true;
      });
    }
  }

  #discardRun(first: number, frames: number): void {
    if (this.#call("discard", first, frames) === undefined) {
      this.counters.discardedRuns++;
      this.counters.discardedFrames += frames;
    } else this.counters.discardFailures++;
  }

  #fill(first: number, frames: number, word: number): void {
    if (this.#tryFill(first, frames, word) !== undefined) this.counters.discardFailures++;
  }

  #tryFill(first: number, frames: number, word: number): HostResult {
    try {
      return this.#host.fill?.(first, frames, word);
    } catch (error) {
      return thrown(error);
    }
  }

  /** Free pages are the guest's, so they are locked — or owed, and then stay so until a retry. */
  #discardPinned(first: number, frames: number): boolean {
    return this.#owed.visitMissing(first, frames, (from, count) => {
      if (this.#call("unlock", from, count) !== undefined) {
        this.counters.unlockFailures++;
        return true;
      }
      this.#discard(from, count);
      const failure = this.#lock(from, count);
      if (failure === undefined) return true;
      this.#owed.add(from, count);
      return this.#decide(from, count, failure, 0) === "degrade";
    });
  }

  #lock(first: number, frames: number): HostResult {
    const failure = this.#call("lock", first, frames);
    if (failure === undefined) {
      this.counters.lockedRuns++;
      this.counters.lockedFrames += frames;
    } else this.counters.lockFailures++;
    return failure;
  }

  /** Locks the unlocked parts of one run; notes what was locked in `done` and what is to be owed in `owed`. */
  #lockRun(
    first: number,
    frames: number,
    attempt: number,
    done: number[],
    owed: number[],
  ): LockFailureAction {
    let action: LockFailureAction = "degrade";
    this.#keptLocked.visitMissing(first, frames, (from, count) => {
      const failure = this.#lock(from, count);
      if (failure === undefined) {
        done.push(from, count);
        return true;
      }
      action = this.#decide(from, count, failure, attempt);
      owed.push(from, count);
      return action === "degrade";
    });
    return action;
  }

  #decide(first: number, frames: number, { code, message }: HostFailure, attempt: number): LockFailureAction {
    const failure: LockFailure = { first, frames, code, message, attempt };
    this.#onFailure(failure);
    return chooseAction(this.#onLockFailure, failure);
  }

  #rollBack(done: readonly number[], action: LockFailureAction): LockFailureAction {
    for (let i = 0; i < done.length; i += 2) this.#unlock(done[i]!, done[i + 1]!);
    return action;
  }

  #lockOrOwe(first: number, frames: number): void {
    this.#keptLocked.visitMissing(first, frames, (from, count) => {
      if (this.enabled && this.#lock(from, count) !== undefined) this.#owed.add(from, count);
      return true;
    });
  }

  #call(call: "lock" | "unlock" | "discard", first: number, frames: number): HostResult {
    try {
      return this.#host[call](first, frames);
    } catch (error) {
      return thrown(error);
    }
  }
}

/** An implementation that throws is taken as failed: see {@link HostMemory}. */
function thrown(error: unknown): HostFailure {
  return { code: "EIO", message: String(error) };
}
