import { check, readOptions } from "../options/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { PageSet } from "../tracker/index.ts";
import { Status, VirtioFace } from "../virtio/index.ts";
import { readBalloonOptions } from "./check-options.ts";
import { ConfigField } from "./config.ts";
import { countersOf } from "./counters.ts";
import type { BalloonCounters } from "./counters.ts";
import type { BalloonEvents } from "./events.ts";
import type { BalloonOptions } from "./options.ts";
import { makeParts } from "./parts.ts";
import type { BalloonParts } from "./parts.ts";
import type { BalloonState } from "./state/balloon-state.ts";
import { canRestore } from "./state/can-restore.ts";
import { Restorer } from "./state/restorer.ts";
import { saveState } from "./state/save-state.ts";
import { GuestWaits } from "./guest-waits.ts";
import type { GuestStats } from "./queues/stats.ts";
import { StatsPoll } from "./stats-poll.ts";
import { WAIT_OPTIONS } from "./wait.ts";
import type { WaitOptions } from "./wait.ts";

/**
 * The traditional memory balloon device of VIRTIO 1.3 §5.5, for any transport. It has a page set, a lock policy, guest
 * statistics, free page hinting and free page reporting. Nothing a guest does makes a method throw. A mistake of the
 * host throws a TypeError or RangeError.
 *
 * @example
 * const memory = guestMemory(() => ram);
 * const host = new ZeroingHost(memory);
 * const balloon = new Balloon({ memory, host, interrupt });
 * const bar = new ModernBar(balloon); // pass the guest's reads and writes to this
 * balloon.on("inflate", ({ changed }) => console.log(`${changed} frames given`));
 * balloon.target = 64 * 2 ** 20;
 */
export class Balloon extends VirtioFace {
  /** Size of guest memory in whole 4 KiB frames. Holes do not count. */
  readonly frames: number;
  /** The page set: a read-only view of the frames in the balloon. */
  readonly pages: PageSet;
  readonly #parts: BalloonParts;
  readonly #restorer: Restorer;
  readonly #statsPoll: StatsPoll;
  readonly #waits: GuestWaits;
  readonly #guestPageBytes: number;
  #disposed = false;

  /**
   * @throws TypeError or RangeError for wrong options; WebAssembly.CompileError under the same conditions as
   * `PageTracker`
   */
  constructor(given: BalloonOptions) {
    const options = readBalloonOptions(given);
    const { onChain } = options;
    const parts = makeParts(options);
    super(parts.virtio);
    this.#parts = parts;
    this.#waits = new GuestWaits(parts);
    this.#guestPageBytes = options.guestPageBytes ?? FRAME_BYTES;
    if (onChain !== undefined)
      parts.server.onChain = (role, chain, memory): void => {
        onChain(role, chain, memory, this);
      };
    const { ballooned, scheduler, target } = this.#parts;
    this.frames = target.ram.count;
    this.pages = new PageSet(ballooned.tracker);
    this.#restorer = new Restorer(this.#parts);
    this.#statsPoll = new StatsPoll(scheduler.timer, () => this.requestStats());
    this.statsInterval = options.statsInterval ?? 0;
  }

  /**
   * How much the host asks the guest to give, in bytes. The configuration's num_pages field has the same value in
   * frames.
   */
  get target(): number {
    return this.#parts.config.get(ConfigField.NUM_PAGES) * FRAME_BYTES;
  }

  /**
   * Rounds down to whole pages of the guest: 4096 bytes, or the option `guestPageBytes`.
   * @throws TypeError or RangeError unless it is an integer from 0 to the size of guest memory
   */
  set target(bytes: number) {
    this.#setTarget(this.#wholeFrames("target", bytes));
  }

  /**
   * Sets the target and waits until the guest has given that much, or has taken back all that is above it: the driver
   * must report that amount, and at least that amount must be in the balloon. The time limit starts again whenever the
   * guest makes progress. The wait includes a driver that has not started yet. If the signal is aborted already, the
   * target stays as it is.
   *
   * @param bytes as {@link Balloon.target}
   * @returns the target, in bytes, as it was rounded
   * @throws (as a rejection) {@link WaitError}, which says how much is in the balloon and why the wait has ended; the
   * signal's reason; TypeError or RangeError for wrong arguments
   * @example
   * await balloon.inflateTo(64 * 2 ** 20, { timeout: 30_000 });
   */
  async inflateTo(bytes: number, options?: WaitOptions): Promise<number> {
    const frames = this.#wholeFrames("bytes", bytes);
    return this.#waits.target(frames, readOptions("inflateTo", WAIT_OPTIONS, options), () => {
      this.#setTarget(frames);
    });
  }

  /**
   * Asks the driver for statistics and waits for them. While the machine is paused, the request waits too.
   * @returns the statistics by name; sizes are in bytes
   * @throws (as a rejection) {@link WaitError}; the signal's reason; TypeError or RangeError for wrong options
   * @example
   * const { MEMFREE } = await balloon.stats();
   */
  async stats(options?: WaitOptions): Promise<GuestStats> {
    return this.#waits.stats(readOptions("stats", WAIT_OPTIONS, options), () => {
      if (!this.#parts.scheduler.paused) this.requestStats();
    });
  }

  /**
   * Asks the driver for all its free pages, which the host discards, and waits for the end. If a hinting run has
   * already started, waits for the end of that run.
   * @returns the size of the free pages, in bytes
   * @throws (as a rejection) {@link WaitError}; the signal's reason; TypeError or RangeError for wrong options
   * @example
   * await balloon.cleanup(); // before the machine is saved
   */
  async cleanup(options?: WaitOptions): Promise<number> {
    return this.#waits.freePages(readOptions("cleanup", WAIT_OPTIONS, options), () => {
      if (this.#parts.hint.phase === "idle") this.requestFreePages();
    });
  }

  /** How much the driver says it has given, in bytes. The driver may be wrong. */
  get actual(): number {
    return this.#parts.config.get(ConfigField.ACTUAL) * FRAME_BYTES;
  }

  /** How much is in the balloon, in bytes. */
  get ballooned(): number {
    return this.#parts.ballooned.tracker.count * FRAME_BYTES;
  }

  /** Returns the state of the balloon at this moment, as plain data. */
  counters(): BalloonCounters {
    return countersOf(this.#parts);
  }

  /**
   * Calls `listener` with one argument for every event `name`. Returns a function that removes the listener.
   * Listeners run when the device is consistent again, so they may save, reset or dispose of it.
   * @throws TypeError if the event does not exist or the listener is not a function
   */
  on<Name extends keyof BalloonEvents>(
    name: Name,
    listener: (value: BalloonEvents[Name]) => void,
  ): () => void {
    return this.#parts.events.on(name, listener);
  }

  /**
   * Asks the driver for new statistics, which arrive with the "stats" event. Returns false if the driver has left no
   * buffer for them.
   */
  requestStats(): boolean {
    const { server, stats, virtio } = this.#parts;
    const ring = server.ringOf(stats);
    if (ring === undefined || !this.#running || !stats.request(ring)) return false;
    virtio.signalQueue(ring);
    return true;
  }

  /** Milliseconds between two requests for statistics. With 0, the default, only {@link requestStats} asks. */
  get statsInterval(): number {
    return this.#statsPoll.interval;
  }

  /** @throws TypeError or RangeError unless it is an integer from 0 to 2^31 - 1 */
  set statsInterval(ms: number) {
    this.#statsPoll.interval = ms;
  }

  /**
   * Asks the driver for all its free pages. The "hint-done" event marks the end. Returns false if the driver did not
   * take FREE_PAGE_HINT.
   */
  requestFreePages(): boolean {
    const { server, hint } = this.#parts;
    if (server.ringOf(hint) === undefined || !this.#running) return false;
    hint.start();
    return true;
  }

  /**
   * Tries again to lock the frames that could not be locked. Returns the number of frames that are still not locked.
   */
  retryLocks(): number {
    return this.#parts.policy.retry();
  }

  /**
   * Tells the device that the machine has stopped. No timer does any work until {@link resume}, so guest memory does
   * not change. Notifications from the guest are still served.
   */
  pause(): void {
    this.#parts.scheduler.pause();
  }

  /** Tells the device that the machine runs again. */
  resume(): void {
    this.#parts.scheduler.resume();
    if (this.#waits.wantsStats) this.requestStats();
  }

  /**
   * Tells the device that guest memory has moved to another buffer and that the old buffer is detached. The device
   * drops its references to the old buffer now instead of at the guest's next batch.
   * @internal
   */
  memoryMoved(): void {
    this.#parts.virtio.memory.refresh?.();
  }

  /** Resets the device, as a reboot of the machine does. All frames belong to the guest again. */
  reset(): void {
    this.#parts.virtio.reset();
  }

  /** Whether {@link dispose} was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Ends the device, its timers and its listeners, after a final "disposed" event. From then on the device makes no
   * host call, so frames that are not locked stay unlocked. It serves no queue, and its balloon is empty. May be called
   * twice.
   */
  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { scheduler, policy, virtio, events } = this.#parts;
    scheduler.dispose();
    policy.dispose();
    virtio.dispose();
    events.emit("disposed", undefined);
    events.flush();
    events.dispose();
  }

  /**
   * Returns everything that {@link restore} needs to go on with the same guest. If host code calls this in the middle
   * of a batch, it gets the state before the batch; after a restore, the device takes that batch again.
   */
  state(): BalloonState {
    return saveState(this.#parts);
  }

  /**
   * Returns a sentence that says why this device cannot go on with the guest of `state`, or undefined if it can. In
   * that case {@link restore} succeeds unless the host has no memory for the page set. Accepts any value, because a
   * state may come from an edited file.
   */
  canRestore(state: BalloonState): string | undefined {
    return canRestore(state, this.#parts.target);
  }

  /**
   * Takes over a saved state, together with the guest memory it was saved with. The host must have locked all of that
   * memory, as {@link reset} leaves it. This method does not touch guest memory, which an emulator may restore later.
   * It raises the interrupt line only if an interrupt was pending in the state; a timer delivers anything that is new
   * to the guest. The revision and the offered features of the state stay in force, even after the guest resets the
   * device.
   * @throws TypeError if the state is not an object; an object that is wrong is refused with a reason
   * @returns why this device cannot honour the state (the device is then reset), or undefined on success
   */
  restore(state: BalloonState): string | undefined {
    check("state", "object", state);
    const refusal = this.#restorer.restore(state);
    this.#waits.look();
    return refusal;
  }

  /** A target in frames, rounded down to whole pages of the guest. @throws TypeError or RangeError, naming `name` */
  #wholeFrames(name: string, bytes: number): number {
    check(name, { integer: [[0, this.frames * FRAME_BYTES]] }, bytes);
    return (bytes - (bytes % this.#guestPageBytes)) / FRAME_BYTES;
  }

  #setTarget(frames: number): void {
    this.#parts.config.announce(ConfigField.NUM_PAGES, frames);
    this.#waits.look();
  }

  get #running(): boolean {
    const { virtio } = this.#parts;
    return virtio.has(Status.DRIVER_OK) && !virtio.has(Status.NEEDS_RESET);
  }
}
