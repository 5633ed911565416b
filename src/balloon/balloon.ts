import { check } from "../options/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
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
import { StatsPoll } from "./stats-poll.ts";

/**
 * The traditional memory balloon device of VIRTIO 1.3 §5.5, on any transport: a page set, a lock policy, statistics, free
 * page hinting and free page reporting. Nothing a guest does makes a method throw; a mistake of the host's throws
 * TypeError or RangeError.
 *
 * @example
 * const memory = new GuestMemory(() => ram);
 * const host = new ZeroingHost(() => ram);
 * const balloon = new Balloon({ memory, host, interrupt });
 * const bar = new ModernBar(balloon); // reads and writes of the guest go here
 * balloon.on("inflate", ({ changed }) => console.log(`${changed} frames given`));
 * balloon.target = 64 * 2 ** 20;
 */
export class Balloon extends VirtioFace {
  /** Guest memory in whole 4 KiB frames. */
  readonly frames: number;
  /** The page set: the frames in the balloon, for reading. */
  readonly pages: PageSet;
  readonly #parts: BalloonParts;
  readonly #restorer: Restorer;
  readonly #statsPoll: StatsPoll;
  #disposed = false;

  /** @throws TypeError or RangeError for wrong options; WebAssembly.CompileError as `PageTracker` says */
  constructor(given: BalloonOptions) {
    const options = readBalloonOptions("Balloon", given);
    const { onChain } = options;
    const parts = makeParts(options);
    super(parts.virtio);
    this.#parts = parts;
    if (onChain !== undefined)
      parts.server.onChain = (role, chain, memory): void => {
        onChain(role, chain, memory, this);
      };
    const { ballooned, scheduler, target } = this.#parts;
    this.frames = target.frames;
    this.pages = new PageSet(ballooned.tracker);
    this.#restorer = new Restorer(this.#parts);
    this.#statsPoll = new StatsPoll(scheduler.timer, () => this.requestStats());
  }

  /** What the host asks the guest to give, in bytes: num_pages of the configuration, which counts frames. */
  get target(): number {
    return this.#parts.config.get(ConfigField.NUM_PAGES) * FRAME_BYTES;
  }

  /** @throws TypeError or RangeError unless whole frames within guest memory */
  set target(bytes: number) {
    check("target", { integer: [[0, this.frames * FRAME_BYTES]], multipleOf: FRAME_BYTES }, bytes);
    this.#parts.config.announce(ConfigField.NUM_PAGES, bytes / FRAME_BYTES);
  }

  /** What the driver says it has given, in bytes: it need not be true. */
  get actual(): number {
    return this.#parts.config.get(ConfigField.ACTUAL) * FRAME_BYTES;
  }

  /** What is in the balloon, in bytes. */
  get ballooned(): number {
    return this.#parts.ballooned.tracker.count * FRAME_BYTES;
  }

  /** The balloon at this moment, as plain data. */
  counters(): BalloonCounters {
    return countersOf(this.#parts);
  }

  /**
   * Calls `listener` on every `name`, with one argument; returns the function that stops it. Listeners are called when
   * the device is in order again: they may save, reset or dispose of it.
   * @throws TypeError for an event that does not exist, or a listener that is no function
   */
  on<Name extends keyof BalloonEvents>(
    name: Name,
    listener: (value: BalloonEvents[Name]) => void,
  ): () => void {
    return this.#parts.events.on(name, listener);
  }

  /** Asks the driver for new statistics; the "stats" event brings them. False when it has left no buffer for them. */
  requestStats(): boolean {
    const { server, stats, virtio } = this.#parts;
    const ring = server.ringOf(stats);
    if (ring === undefined || !this.#running || !stats.request(ring)) return false;
    virtio.signalQueue(ring);
    return true;
  }

  /** Milliseconds between two requests for statistics; 0, the default: only {@link requestStats} asks. */
  get statsInterval(): number {
    return this.#statsPoll.interval;
  }

  /** @throws TypeError or RangeError unless an integer of 0 to 2^31 - 1 */
  set statsInterval(ms: number) {
    this.#statsPoll.interval = ms;
  }

  /** Asks the driver for all its free pages; "hint-done" ends it. False when it did not take FREE_PAGE_HINT. */
  requestFreePages(): boolean {
    const { server, hint } = this.#parts;
    if (server.ringOf(hint) === undefined || !this.#running) return false;
    hint.start();
    return true;
  }

  /** Tries again to lock frames whose lock failed. Returns the frames that are still not locked. */
  retryLocks(): number {
    return this.#parts.policy.retry();
  }

  /**
   * The machine was stopped: until {@link resume} nothing is done by a timer, so that guest memory stays as it is. What
   * the guest notifies is served all the same.
   */
  pause(): void {
    this.#parts.scheduler.pause();
  }

  /** The machine runs again. */
  resume(): void {
    this.#parts.scheduler.resume();
  }

  /**
   * Guest memory is in another buffer, and the last one has ended: lets go of its memory now, not at the guest's next
   * batch.
   * @internal
   */
  memoryMoved(): void {
    this.#parts.virtio.memory.refresh();
    this.#parts.batch.reader.memoryMoved();
  }

  /** Resets the device, as a reboot of the machine does: every frame is the guest's again. */
  reset(): void {
    this.#parts.virtio.reset();
  }

  /** Whether {@link dispose} was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Ends the device: its timers and its listeners, after the event "disposed". From now on it makes no host call — what
   * is not locked stays so — and serves no queue, and it is an empty balloon. May be called twice.
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
   * All that {@link restore} needs to go on with the same guest. Host code that is called in the middle of a batch gets
   * the state before the batch: whoever restores it takes the batch again.
   */
  state(): BalloonState {
    return saveState(this.#parts);
  }

  /**
   * Why this device cannot go on with the guest of `state`, in one sentence; undefined when it can, and then
   * {@link restore} does, unless the host has no memory for the page set. Takes anything: a state may come from a file
   * that somebody has edited.
   */
  canRestore(state: BalloonState): string | undefined {
    return canRestore(state, this.#parts.target);
  }

  /**
   * Takes over a saved state, together with the guest memory it was saved with; this host has locked all of that
   * memory, as {@link reset} leaves it. Does not touch guest memory, which an emulator may restore later, and raises
   * the interrupt line only for what was pending in the state. What is new to the guest follows by the timer. The
   * revision and the offer of the state stay in force, also after the guest has reset the device.
   * @throws TypeError for what is no object; what is wrong with one is a reason to refuse it
   * @returns why this device cannot honour the state (it is then as after a reset), or undefined when it did
   */
  restore(state: BalloonState): string | undefined {
    check("state", "object", state);
    return this.#restorer.restore(state);
  }

  get #running(): boolean {
    const { virtio } = this.#parts;
    return virtio.has(Status.DRIVER_OK) && !virtio.has(Status.NEEDS_RESET);
  }
}
