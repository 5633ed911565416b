import { HOST_MEMORY } from "../host/host-memory.ts";
import type { HostFailure, HostMemory } from "../host/index.ts";
import { check, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { checkUint32 } from "../tracker/check.ts";
import { MAX_FRAMES, Runs } from "../tracker/index.ts";
import { pushOutside } from "./frame-set.ts";
import type { FrameSet } from "./frame-set.ts";
import { HostCalls } from "./host-calls.ts";
import type { LockCounters } from "./host-calls.ts";
import { chooseAction, ON_LOCK_FAILURE } from "./lock-failure.ts";
import type { LockFailure, LockFailureAction, OnLockFailure } from "./lock-failure.ts";
import { SparseFrameSet } from "./sparse-frame-set.ts";

/** The frames whose lock differs from what the page set implies: the state of a `LockPolicy` in a snapshot. */
export interface LockState {
  /** [first, frames] pairs of ballooned frames that are still locked. */
  readonly keptLocked: Uint32Array;
  /** [first, frames] pairs of frames that the guest has but that are not locked. */
  readonly owed: Uint32Array;
}

/** Options of `LockPolicy`. */
export interface LockPolicyOptions {
  readonly host: HostMemory;
  /** Size of guest memory in frames. */
  readonly frames: number;
  readonly onLockFailure: OnLockFailure;
  /** Called for every failed lock, before the action is chosen. */
  readonly onFailure?: (failure: LockFailure) => void;
  /**
   * The frames that are in the balloon at the moment of the call. Default: none, which matters only if the host resets
   * the device.
   */
  readonly ballooned?: FrameSet;
}

export const LOCK_POLICY_OPTIONS: Table<LockPolicyOptions> = {
  host: { needed: HOST_MEMORY },
  frames: { needed: { integer: [[1, MAX_FRAMES]] } },
  onLockFailure: { needed: ON_LOCK_FAILURE },
  onFailure: "function",
  ballooned: { members: { next: { needed: "function" }, nextOutside: { needed: "function" } } },
};

/**
 * The result of a deflate.
 * - `"acknowledge"`: return the batch. Its frames are locked, or recorded as owed.
 * - `"withhold"`, `"needs-reset"`: the batch was rolled back, and its frames are in the balloon exactly as before.
 * - `"superseded"`: the device was reset meanwhile. There is nothing left to acknowledge or roll back.
 */
export type DeflateResult = "acknowledge" | Refusal | "superseded";

type Refusal = Exclude<LockFailureAction, "degrade">;

/**
 * The largest number of runs of owed frames that one {@link LockPolicy.retry} tries. It limits the work that a guest's
 * batch can cause.
 */
const RETRY_RUNS = 32;

const NO_FRAMES: FrameSet = { next: () => -1, nextOutside: (pfn) => pfn };

/**
 * Unlocks and discards the frames that the guest gives, and locks those that it takes back. It always knows which
 * frames are locked: all of them, except ballooned frames that are not `keptLocked`, and `owed` frames.
 *
 * Order (VIRTIO 1.3 §5.5.6.2; and madvise(2): a locked range cannot be discarded): for an inflate, unlock and discard,
 * then the caller acknowledges; for a deflate, lock every run, then the caller acknowledges.
 *
 * A host call may reset the device, and with it this policy, before it returns. Each loop over host calls therefore
 * compares the epoch after every call. A loop of an older epoch stops, and the frames it has left unlocked are owed.
 */
export class LockPolicy {
  #enabled = false;
  readonly #host: HostMemory;
  readonly #calls: HostCalls;
  readonly #onLockFailure: OnLockFailure;
  readonly #onFailure: (failure: LockFailure) => void;
  readonly #ballooned: FrameSet;
  /** Ballooned frames that are still locked because their unlock failed. */
  readonly #keptLocked: SparseFrameSet;
  /** Frames that the guest has although their lock failed. */
  readonly #owed: SparseFrameSet;
  /** Grows with every reset, and when this policy ends. */
  #epoch = 0;
  /**
   * The deflate under way. Its frames have left the page set, and count as not locked from part `from` on. That includes
   * the part being locked: if host code restores the device meanwhile, the lock may have come before or after.
   */
  #locking: { readonly parts: Runs; from: number; readonly failed: Runs } | undefined;
  #retrying = false;

  /** @throws TypeError or RangeError for wrong options */
  constructor(options: LockPolicyOptions) {
    const read = readOptions("LockPolicy", LOCK_POLICY_OPTIONS, options);
    const { host, frames, onLockFailure, onFailure = () => undefined, ballooned = NO_FRAMES } = read;
    this.#host = host;
    this.#calls = new HostCalls(host);
    this.#onLockFailure = onLockFailure;
    this.#onFailure = onFailure;
    this.#ballooned = ballooned;
    this.#keptLocked = new SparseFrameSet(frames);
    this.#owed = new SparseFrameSet(frames);
  }

  /** Counters of the host calls. */
  get counters(): LockCounters {
    return this.#calls.counters;
  }

  /** Whether the negotiation allows frames to be unlocked. False until a driver has promised to tell the host. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** @throws TypeError unless it is true or false */
  set enabled(on: boolean) {
    this.#enabled = check("enabled", "boolean", on);
  }

  /** Whether the host pins memory. */
  get pinned(): boolean {
    return this.#host.pinned;
  }

  /** Whether frames are locked and unlocked: the driver promised to tell, and the host pins memory. */
  get active(): boolean {
    return this.enabled && this.#host.pinned;
  }

  /** Number of frames that the guest has and that should be locked, but are not. */
  get owedFrames(): number {
    return this.#owed.count;
  }

  /** Number of ballooned frames that are still locked. */
  get keptLockedFrames(): number {
    return this.#keptLocked.count;
  }

  /**
   * Unlocks and discards the runs that the guest gives. They may always be acknowledged afterwards, because a failure
   * costs only memory.
   */
  inflate(runs: Runs): void {
    const epoch = this.#epoch;
    if (this.#host.pinned) this.#inflatePinned(runs);
    else this.#discard(runs);
    if (this.#epoch === epoch) this.retry();
  }

  /**
   * Locks the runs that the guest takes back.
   * @throws TypeError or RangeError unless `attempt` is a count
   */
  deflate(runs: Runs, attempt = 0): DeflateResult {
    checkUint32("attempt", attempt);
    if (!this.active) return "acknowledge";
    const epoch = this.#epoch;
    const parts = this.#keptLocked.without(runs);
    const failed = new Runs();
    const locking = { parts, from: 0, failed };
    this.#locking = locking;
    for (; locking.from < parts.length; locking.from++) {
      const i = locking.from;
      const action = this.#lockPart(parts.first(i), parts.frames(i), attempt, failed);
      if (this.#epoch !== epoch) return this.#supersede();
      if (action !== "acknowledge") return this.#rollBack(parts, i, failed, action);
    }
    this.#locking = undefined;
    for (let i = 0; i < runs.length; i++) this.#keptLocked.delete(runs.first(i), runs.frames(i));
    this.#owe(failed);
    return "acknowledge";
  }

  /**
   * Discards free pages that the guest reuses silently after the acknowledgement (reporting, hinting), or fills them
   * with `poison` if the guest expects that value. Whatever was negotiated, pinned pages are unlocked only for that
   * moment and locked again before the acknowledgement. Returns false if a lock failed and the failure policy forbids
   * the device to go on. Frames that could not be locked are owed in any case.
   */
  discardFree(runs: Runs, poison = 0): boolean {
    // A page that must keep a value is written and not dropped, so it may stay locked.
    if (poison !== 0) this.#fill(runs, poison);
    else if (!this.#host.pinned || this.#host.discardsLocked === true) this.#discard(runs);
    else return this.#discardPinned(runs);
    return true;
  }

  /**
   * Returns the whole balloon to the guest without a deflate, at a device reset: locks its frames, and records as owed
   * those that cannot be locked. The caller has emptied the page set before.
   */
  reset(ballooned: Runs): void {
    const epoch = ++this.#epoch;
    const unlocked = this.active ? this.#keptLocked.without(ballooned) : new Runs();
    this.enabled = false;
    this.#keptLocked.clear();
    // Record the frames as owed before they are locked. At no moment is a frame unlocked and not recorded.
    this.#oweLocking();
    this.#owe(unlocked);
    for (let i = 0; i < unlocked.length && this.#epoch === epoch; i++) {
      this.#lockOwed(unlocked.first(i), unlocked.frames(i));
    }
  }

  /**
   * Tries to lock owed frames, until the first failure or a limited number of runs. Returns the number of frames that
   * are still owed.
   */
  retry(): number {
    return this.#owed.count === 0 ? 0 : this.#retry();
  }

  /** Returns the frames with an exceptional lock, for a snapshot. */
  state(): LockState {
    return { keptLocked: this.#keptLocked.runs(), owed: this.#owed.runs() };
  }

  /**
   * Unlocks the frames in the balloon, without discarding them, after a restore on a host that has locked all memory.
   */
  adopt(ballooned: Runs): void {
    if (this.active) this.#unlock(ballooned);
  }

  /** Ends the policy. It makes no more host calls, so frames that are not locked stay unlocked. */
  dispose(): void {
    this.#epoch++;
    this.#calls.dispose();
  }

  #inflatePinned(runs: Runs): void {
    // If the driver may be silent, a passed-through device may still write to the frames, so they are left alone.
    if (!this.enabled) return;
    const epoch = this.#epoch;
    this.#unlock(runs);
    if (this.#epoch !== epoch) return;
    this.#discard(this.#host.discardsLocked === true ? runs : this.#keptLocked.without(runs));
  }

  #unlock(runs: Runs): void {
    const epoch = this.#epoch;
    const parts = this.#owed.without(runs);
    // Owed frames are already unlocked. They no longer belong to the guest.
    if (parts !== runs)
      for (let i = 0; i < runs.length; i++) this.#owed.delete(runs.first(i), runs.frames(i));
    for (let i = 0; i < parts.length && this.#epoch === epoch; i++) {
      const first = parts.first(i);
      const frames = parts.frames(i);
      const failure = this.#calls.unlock(first, frames);
      if (this.#epoch !== epoch) {
        if (failure === undefined) this.#isUnlocked(first, frames);
        this.retry();
      } else if (failure === undefined) this.#keptLocked.delete(first, frames);
      else this.#keptLocked.add(first, frames);
    }
  }

  #discard(runs: Runs): void {
    const epoch = this.#epoch;
    for (let i = 0; i < runs.length && this.#epoch === epoch; i++) {
      this.#calls.discard(runs.first(i), runs.frames(i));
    }
  }

  #fill(runs: Runs, word: number): void {
    const epoch = this.#epoch;
    for (let i = 0; i < runs.length && this.#epoch === epoch; i++) {
      this.#calls.fill(runs.first(i), runs.frames(i), word);
    }
  }

  /**
   * Discards free pages of pinned memory. They still belong to the guest, so they are locked, or owed and not locked
   * until a retry.
   */
  #discardPinned(runs: Runs): boolean {
    const epoch = this.#epoch;
    const parts = this.#owed.without(runs);
    let goOn = true;
    for (let i = 0; i < parts.length && this.#epoch === epoch; i++) {
      const first = parts.first(i);
      const frames = parts.frames(i);
      if (this.#calls.unlock(first, frames) !== undefined) continue;
      // The frames are unlocked and not in the balloon, so they are owed until they are locked again.
      this.#isUnlocked(first, frames);
      if (this.#epoch === epoch) this.#calls.discard(first, frames);
      if (this.#epoch === epoch) goOn = this.#relock(first, frames) && goOn;
      if (this.#epoch !== epoch) this.retry();
    }
    return goOn;
  }

  /** Locks frames again. Returns whether the device may go on. */
  #relock(first: number, frames: number): boolean {
    const failure = this.#lockOwed(first, frames);
    return failure === undefined || this.#decide(first, frames, failure, 0) === "acknowledge";
  }

  #lockPart(first: number, frames: number, attempt: number, failed: Runs): "acknowledge" | Refusal {
    const epoch = this.#epoch;
    const failure = this.#calls.lock(first, frames);
    if (failure === undefined || this.#epoch !== epoch) return "acknowledge";
    failed.push(first, frames);
    return this.#decide(first, frames, failure, attempt);
  }

  #decide(
    first: number,
    frames: number,
    { code, message }: HostFailure,
    attempt: number,
  ): "acknowledge" | Refusal {
    const failure: LockFailure = { first, frames, code, message, attempt };
    this.#onFailure(failure);
    const action = chooseAction(this.#onLockFailure, failure);
    return action === "degrade" ? "acknowledge" : action;
  }

  /** Unlocks the frames that this batch has locked: parts 0 to `tried` - 1, except those that failed. */
  #rollBack(parts: Runs, tried: number, failed: Runs, refusal: Refusal): DeflateResult {
    const epoch = this.#epoch;
    const locked = new Runs();
    this.#locking!.from = 0;
    // The failed runs are in the order of the parts.
    for (let i = 0, at = 0; i < tried; i++) {
      const first = parts.first(i);
      if (at < failed.length && failed.first(at) === first) at++;
      else locked.push(first, parts.frames(i));
    }
    this.#unlock(locked);
    if (this.#epoch !== epoch) return this.#supersede();
    this.#locking = undefined;
    return refusal;
  }

  /** Handles a reset that came while a batch was being locked: the reset has recorded what was not locked. */
  #supersede(): "superseded" {
    this.#oweLocking();
    this.retry();
    return "superseded";
  }

  #retry(): number {
    if (!this.#retrying) {
      this.#retrying = true;
      try {
        this.#retryOwed(new Runs(this.#owed.runs()));
      } finally {
        this.#retrying = false;
      }
    }
    return this.#owed.count;
  }

  #retryOwed(owed: Runs): void {
    const epoch = this.#epoch;
    for (let i = 0; i < Math.min(owed.length, RETRY_RUNS); i++) {
      if (this.#lockOwed(owed.first(i), owed.frames(i)) !== undefined || this.#epoch !== epoch) break;
    }
  }

  #lockOwed(first: number, frames: number): HostFailure | undefined {
    const epoch = this.#epoch;
    const failure = this.#calls.lock(first, frames);
    if (failure === undefined && this.#epoch === epoch) this.#owed.delete(first, frames);
    return failure;
  }

  /**
   * Records as owed what the deflate under way has not locked. Its frames have left the page set, so a reset does not
   * find them there.
   */
  #oweLocking(): void {
    const locking = this.#locking;
    this.#locking = undefined;
    if (locking === undefined) return;
    this.#owe(locking.failed);
    this.#owe(locking.parts, locking.from);
  }

  /** Records runs as owed, from index `from` on. */
  #owe(runs: Runs, from = 0): void {
    for (let i = from; i < runs.length; i++) this.#owed.add(runs.first(i), runs.frames(i));
  }

  /**
   * Records that the host has unlocked these frames, whosever they are now. If it reset the device meanwhile, an unlock
   * of the restored balloon may have failed before.
   */
  #isUnlocked(first: number, frames: number): void {
    this.#keptLocked.delete(first, frames);
    this.#oweGuests(first, frames);
  }

  /** Records as owed the frames in this range that belong to the guest. They are not locked. */
  #oweGuests(first: number, frames: number): void {
    if (!this.#host.pinned) return;
    const guests = new Runs();
    pushOutside(guests, this.#ballooned, first, frames);
    for (let i = 0; i < guests.length; i++) this.#owed.add(guests.first(i), guests.frames(i));
  }
}
