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

/** The frames that are not locked as the page set says: what a snapshot keeps of a `LockPolicy`. */
export interface LockState {
  /** [first, frames] pairs of ballooned frames that stayed locked. */
  readonly keptLocked: Uint32Array;
  /** [first, frames] pairs of the guest's frames that are not locked. */
  readonly owed: Uint32Array;
}

/** Options of `LockPolicy`. */
export interface LockPolicyOptions {
  readonly host: HostMemory;
  /** Guest memory in frames. */
  readonly frames: number;
  readonly onLockFailure: OnLockFailure;
  /** Told of every failed lock, before the action is chosen. */
  readonly onFailure?: (failure: LockFailure) => void;
  /** The frames in the balloon at this moment. Default: none, which only matters to a host that resets the device. */
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
 * What a batch of frames that the guest takes back comes to.
 * - `"acknowledge"`: return it. The frames are locked, or recorded as owed.
 * - `"withhold"`, `"needs-reset"`: the batch was rolled back, and its frames are exactly as in the balloon as before.
 * - `"superseded"`: a reset came between. There is nothing left to acknowledge or to roll back.
 */
export type DeflateResult = "acknowledge" | Refusal | "superseded";

type Refusal = Exclude<LockFailureAction, "degrade">;

/** Most runs of owed frames that one {@link LockPolicy.retry} tries: bounds the work a guest's batch can cause. */
const RETRY_RUNS = 32;

const NO_FRAMES: FrameSet = { next: () => -1, nextOutside: (pfn) => pfn };

/**
 * Unlocks and discards what the guest gives, locks again what it takes back — and knows at every moment which frames
 * are locked: all of them, except the ballooned ones that are not `keptLocked`, and the `owed` ones.
 *
 * Order (VIRTIO 1.3 §5.5.6.2, and madvise(2): a locked range cannot be discarded): on inflate unlock, discard, then
 * the caller acknowledges; on deflate lock every run, then the caller acknowledges.
 *
 * A host call may reset the device, and so this policy, before it returns. Each loop over host calls therefore compares
 * the epoch after every call: a loop of an older epoch stops, and what it has left unlocked is owed.
 */
export class LockPolicy {
  #enabled = false;
  readonly #host: HostMemory;
  readonly #calls: HostCalls;
  readonly #onLockFailure: OnLockFailure;
  readonly #onFailure: (failure: LockFailure) => void;
  readonly #ballooned: FrameSet;
  /** Ballooned frames that stayed locked because their unlock failed. */
  readonly #keptLocked: SparseFrameSet;
  /** The guest's frames whose lock failed and was acknowledged all the same. */
  readonly #owed: SparseFrameSet;
  /** Grows with every reset and with the end of this policy. */
  #epoch = 0;
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

  /** Host calls so far. */
  get counters(): LockCounters {
    return this.#calls.counters;
  }

  /** Whether the negotiation allows unlocking at all; off until a driver has promised to tell. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** @throws TypeError unless true or false */
  set enabled(on: boolean) {
    this.#enabled = check("enabled", "boolean", on);
  }

  /** Whether this host locks memory. */
  get pinned(): boolean {
    return this.#host.pinned;
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

  /** The guest gives these runs: unlocks and discards them. They may be acknowledged then: a failure costs only memory. */
  inflate(runs: Runs): void {
    const epoch = this.#epoch;
    // Pinned memory under a silent driver: a device may still write to the frames, so they are left alone.
    if (!this.#host.pinned || this.enabled) {
      if (this.#host.pinned) this.#unlock(runs);
      if (this.#epoch === epoch) this.#discard(runs);
    }
    if (this.#epoch === epoch) this.retry();
  }

  /**
   * The guest takes these runs back: locks them.
   * @throws TypeError or RangeError unless `attempt` is a count
   */
  deflate(runs: Runs, attempt = 0): DeflateResult {
    checkUint32("attempt", attempt);
    if (!this.active) return "acknowledge";
    const epoch = this.#epoch;
    const parts = this.#keptLocked.without(runs);
    const failed = new Runs();
    for (let i = 0; i < parts.length; i++) {
      const action = this.#lockPart(parts.first(i), parts.frames(i), attempt, failed);
      if (this.#epoch !== epoch) return this.#supersede(parts, i + 1, failed);
      if (action !== "acknowledge") return this.#rollBack(parts, i, failed, action);
    }
    for (let i = 0; i < runs.length; i++) this.#keptLocked.delete(runs.first(i), runs.frames(i));
    for (let i = 0; i < failed.length; i++) this.#owed.add(failed.first(i), failed.frames(i));
    return "acknowledge";
  }

  /**
   * Free pages that the guest reuses without a word once they are acknowledged (reporting, hinting): discards them, or
   * fills them with `poison` when the guest expects it there. Pinned pages are unlocked for that moment only, whatever
   * was negotiated: they are locked again before the acknowledgement. Returns false when that failed and the failure
   * policy forbids to go on; frames that could not be locked are owed in any case.
   */
  discardFree(runs: Runs, poison = 0): boolean {
    // A page that must keep a value is written, not dropped: it may stay locked.
    if (poison !== 0) this.#fill(runs, poison);
    else if (!this.#host.pinned || this.#host.discardsLocked === true) this.#discard(runs);
    else return this.#discardPinned(runs);
    return true;
  }

  /**
   * The whole balloon falls back to the guest without a deflate (device reset): locks it, owes what fails. The caller
   * has emptied the page set before.
   */
  reset(ballooned: Runs): void {
    const epoch = ++this.#epoch;
    const unlocked = this.active ? this.#keptLocked.without(ballooned) : new Runs();
    this.enabled = false;
    this.#keptLocked.clear();
    // Owed before they are locked: then no moment of it finds a frame that is unlocked and unknown.
    for (let i = 0; i < unlocked.length; i++) this.#owed.add(unlocked.first(i), unlocked.frames(i));
    for (let i = 0; i < unlocked.length && this.#epoch === epoch; i++) {
      this.#lockOwed(unlocked.first(i), unlocked.frames(i));
    }
  }

  /** Tries to lock owed frames, until the first failure or a bounded number of runs. Returns the frames still owed. */
  retry(): number {
    if (this.#owed.count > 0 && !this.#retrying) {
      this.#retrying = true;
      try {
        this.#retryOwed(new Runs(this.#owed.runs()));
      } finally {
        this.#retrying = false;
      }
    }
    return this.#owed.count;
  }

  /** The exceptions, for a snapshot. */
  state(): LockState {
    return { keptLocked: this.#keptLocked.runs(), owed: this.#owed.runs() };
  }

  /** After a restore on a host that has locked the whole memory: releases what is in the balloon, discards nothing. */
  adopt(ballooned: Runs): void {
    if (this.active) this.#unlock(ballooned);
  }

  /** Makes no host call from now on: frames that are not locked stay so. */
  dispose(): void {
    this.#epoch++;
    this.#calls.dispose();
  }

  #unlock(runs: Runs): void {
    const epoch = this.#epoch;
    const parts = this.#owed.without(runs);
    // Frames that are owed are unlocked already, and the guest's no longer.
    if (parts !== runs)
      for (let i = 0; i < runs.length; i++) this.#owed.delete(runs.first(i), runs.frames(i));
    for (let i = 0; i < parts.length && this.#epoch === epoch; i++) {
      const first = parts.first(i);
      const frames = parts.frames(i);
      const failure = this.#calls.unlock(first, frames);
      if (this.#epoch !== epoch) {
        if (failure === undefined) this.#oweGuests(first, frames);
        this.retry();
      } else if (failure === undefined) this.#keptLocked.delete(first, frames);
      else this.#keptLocked.add(first, frames);
    }
  }

  #discard(runs: Runs): void {
    const epoch = this.#epoch;
    const parts = this.#host.discardsLocked === true ? runs : this.#keptLocked.without(runs);
    for (let i = 0; i < parts.length && this.#epoch === epoch; i++) {
      this.#calls.discard(parts.first(i), parts.frames(i));
    }
  }

  #fill(runs: Runs, word: number): void {
    const epoch = this.#epoch;
    for (let i = 0; i < runs.length && this.#epoch === epoch; i++) {
      this.#calls.fill(runs.first(i), runs.frames(i), word);
    }
  }

  /** Free pages are the guest's, so they are locked — or owed, and then stay so until a retry. */
  #discardPinned(runs: Runs): boolean {
    const epoch = this.#epoch;
    const parts = this.#owed.without(runs);
    let goOn = true;
    for (let i = 0; i < parts.length && this.#epoch === epoch; i++) {
      const first = parts.first(i);
      const frames = parts.frames(i);
      if (this.#calls.unlock(first, frames) !== undefined) continue;
      // Unlocked, and not in the balloon: owed until it is locked again.
      this.#oweGuests(first, frames);
      if (this.#epoch === epoch) this.#calls.discard(first, frames);
      if (this.#epoch === epoch) goOn = this.#relock(first, frames) && goOn;
      if (this.#epoch !== epoch) this.retry();
    }
    return goOn;
  }

  /** Returns whether the device may go on. */
  #relock(first: number, frames: number): boolean {
    const failure = this.#lockOwed(first, frames);
    return failure === undefined || this.#decide(first, frames, failure, 0) === "acknowledge";
  }

  #lockPart(first: number, frames: number, attempt: number, failed: Runs): "acknowledge" | Refusal {
    const epoch = this.#epoch;
    const failure = this.#calls.lock(first, frames);
    if (this.#epoch === epoch && failure === undefined) return "acknowledge";
    // Nobody knows whether a lock came before the unlocks of a restore within it: the frames count as not locked.
    failed.push(first, frames);
    return failure === undefined || this.#epoch !== epoch
      ? "acknowledge"
      : this.#decide(first, frames, failure, attempt);
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

  /** Unlocks again what this batch has locked: parts 0 to `tried` - 1, less those that failed. */
  #rollBack(parts: Runs, tried: number, failed: Runs, refusal: Refusal): DeflateResult {
    const epoch = this.#epoch;
    const locked = new Runs();
    // Those that failed are in the order of the parts.
    for (let i = 0, at = 0; i < tried; i++) {
      const first = parts.first(i);
      if (at < failed.length && failed.first(at) === first) at++;
      else locked.push(first, parts.frames(i));
    }
    this.#unlock(locked);
    return this.#epoch === epoch ? refusal : this.#supersede(parts, 0, failed);
  }

  /**
   * A reset came while a batch was being locked. Its frames have left the page set, so the reset did not know them: those
   * that failed, and those from part `from` on, are owed, unless they are in the balloon of a restored device by now.
   */
  #supersede(parts: Runs, from: number, failed: Runs): "superseded" {
    for (let i = 0; i < failed.length; i++) this.#oweGuests(failed.first(i), failed.frames(i));
    for (let i = from; i < parts.length; i++) this.#oweGuests(parts.first(i), parts.frames(i));
    this.retry();
    return "superseded";
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

  /** These frames are not locked: the guest's among them are owed. */
  #oweGuests(first: number, frames: number): void {
    if (!this.#host.pinned) return;
    const guests = new Runs();
    pushOutside(guests, this.#ballooned, first, frames);
    for (let i = 0; i < guests.length; i++) this.#owed.add(guests.first(i), guests.frames(i));
  }
}
