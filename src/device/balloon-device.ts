import { checkOnLockFailure, LockPolicy } from "../lock/index.ts";
import type { DeviceClass, FeatureSet, Verdict } from "../negotiation/index.ts";
import { Feature, hasFeature, judge } from "../negotiation/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { Status, VirtioDevice } from "../virtio/index.ts";
import type { DeviceModel, RingFault, SplitQueue } from "../virtio/index.ts";
import { offeredFeatures } from "./balloon-options.ts";
import type { BalloonOptions } from "./balloon-options.ts";
import { canRestore, STATE_VERSION } from "./balloon-state.ts";
import type { BalloonState } from "./balloon-state.ts";
import { BalloonConfig, ConfigField } from "./config-space.ts";
import type { WritableField } from "./config-space.ts";
import type { Disposition } from "./disposition.ts";
import { Emitter } from "./events.ts";
import type { BalloonEvents } from "./events.ts";
import { discardFreePages } from "./free-pages.ts";
import { FaultCounters } from "./guest-faults.ts";
import { HintQueue } from "./hint-queue.ts";
import { PageQueues } from "./page-queues.ts";
import { QUEUE_COUNT, queueSlots } from "./queue-map.ts";
import type { QueueNumbering, QueueRole } from "./queue-map.ts";
import { realTimer, RetryTimer } from "./retry-timer.ts";
import type { Timer } from "./retry-timer.ts";
import { StatsQueue } from "./stats-queue.ts";

const FRAME_BYTES = 4096;
/** Device ID of the traditional memory balloon, VIRTIO 1.3 §5.5.1. */
const BALLOON_DEVICE_ID = 5;

/**
 * The traditional memory balloon device of VIRTIO 1.3 §5.5, whatever the transport: page set, lock policy, statistics,
 * free page hinting and reporting. Nothing a guest does makes a method throw; host mistakes throw TypeError/RangeError.
 */
export class BalloonDevice implements DeviceModel {
  readonly deviceId: number = BALLOON_DEVICE_ID;
  readonly offeredFeatures: FeatureSet;
  readonly virtio: VirtioDevice;
  readonly events: Emitter<BalloonEvents> = new Emitter();
  /** Guest memory in whole 4 KiB frames. */
  readonly frames: number;
  /** The page set: frames in the balloon. For reading only. */
  readonly held: PageTracker;
  readonly faults: FaultCounters;
  readonly policy: LockPolicy;
  readonly pages: PageQueues;
  readonly stats: StatsQueue;
  readonly hinting: HintQueue;
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit: number | undefined;
  readonly queueNumbering: QueueNumbering;
  /** What was negotiated; undefined as long as no driver has chosen. */
  verdict: Verdict | undefined;
  readonly #config: BalloonConfig;
  readonly #timer: Timer;
  readonly #retry: RetryTimer;
  #roles: readonly QueueRole[] = [];

  constructor(options: BalloonOptions) {
    const { memory, host, interrupt, silentDeflate = "optional", queueNumbering = "negotiated" } = options;
    this.offeredFeatures = offeredFeatures(options);
    this.silentDeflate = silentDeflate;
    this.silentDeflateBit = options.silentDeflateBit;
    this.queueNumbering = queueNumbering;
    this.frames = Math.floor(memory.size / FRAME_BYTES);
    this.held = new PageTracker(this.frames);
    this.#config = new BalloonConfig(this.offeredFeatures);
    this.#timer = options.timer ?? realTimer;
    this.#retry = new RetryTimer(this.#timer, () => {
      this.#retryWithheld();
    });
    const events = this.events;
    const faults = (this.faults = new FaultCounters((fault) => {
      events.emit("guest-fault", fault);
    }));
    const policy = (this.policy = new LockPolicy({
      host,
      frames: this.frames,
      onLockFailure: checkOnLockFailure(options.onLockFailure ?? "degrade"),
      onFailure: (failure) => {
        events.emit("lock-failure", failure);
      },
    }));
    this.pages = new PageQueues({ memory, held: this.held, policy, faults, events });
    this.stats = new StatsQueue(memory, faults, (stats) => {
      events.emit("stats", stats);
    });
    this.hinting = new HintQueue({
      memory,
      policy,
      faults,
      command: (id) => {
        this.#setConfig(ConfigField.FREE_PAGE_HINT_CMD_ID, id);
      },
      onPages: (pages) => {
        events.emit("hint", pages);
      },
      onDone: (frames) => {
        events.emit("hint-done", frames);
      },
    });
    this.virtio = new VirtioDevice(this, memory, interrupt, QUEUE_COUNT);
  }

  /** What the host asks the balloon to hold, in frames (num_pages). */
  get target(): number {
    return this.#config.get(ConfigField.NUM_PAGES);
  }

  /** @throws RangeError unless an integer of 0 to {@link frames}. */
  set target(frames: number) {
    if (!Number.isInteger(frames) || frames < 0 || frames > this.frames) {
      throw new RangeError(`target must be 0 to ${this.frames} frames, got ${frames}`);
    }
    this.#setConfig(ConfigField.NUM_PAGES, frames);
  }

  /** What the driver says the balloon holds, in frames. */
  get actual(): number {
    return this.#config.get(ConfigField.ACTUAL);
  }

  /** Asks the driver for new statistics; the "stats" event brings them. False when it has left no buffer for them. */
  requestStats(): boolean {
    const queue = this.#queueOf("stats");
    if (queue === undefined || !this.#running || !this.stats.request(queue)) return false;
    this.virtio.signalQueue(queue);
    return true;
  }

  /** Asks the driver for all its free pages; "hint-done" ends it. False when it did not take FREE_PAGE_HINT. */
  requestFreePages(): boolean {
    if (this.#queueOf("hint") === undefined || !this.#running) return false;
    this.hinting.start();
    return true;
  }

  /** Tries again to lock frames whose lock failed. Returns the frames that are still not locked. */
  retryLocks(): number {
    return this.policy.retry();
  }

  // --- DeviceModel: called by the transport ---

  queueSizes(features: FeatureSet, negotiated: boolean): readonly number[] {
    const accepted = negotiated ? features : this.offeredFeatures;
    const slots = queueSlots(this.queueNumbering, this.offeredFeatures, accepted);
    this.#roles = slots.map(({ role }) => role);
    return slots.map(({ size }) => size);
  }

  acceptFeatures(accepted: FeatureSet, legacy: boolean): boolean {
    const { silentDeflate, silentDeflateBit, offeredFeatures: offered } = this;
    this.verdict = judge({ silentDeflate, silentDeflateBit, offered, accepted, legacy });
    this.policy.enabled = this.verdict.lockPolicy === "on";
    this.events.emit("negotiated", this.verdict);
    if (this.verdict.outcome === "needs-reset") this.events.emit("needs-reset", this.verdict.reason);
    return this.verdict.outcome === "accept";
  }

  notified(index: number): void {
    const queue = this.virtio.queues[index];
    const role = this.#roles[index];
    if (queue === undefined || role === undefined) return;
    try {
      this.#drain(queue, role);
    } catch (error) {
      // Only the host can cause this, by running out of memory for the page set; the guest must not pay with a crash.
      this.#stop(`the host failed: ${String(error)}`);
    }
  }

  queueReset(index: number): void {
    const role = this.#roles[index];
    if (role === "stats") this.stats.reset();
    if (role === "deflate" && this.pages.withheld !== undefined) this.#forgetWithheld();
  }

  readConfig(offset: number, width: number): number {
    return this.#config.read(offset, width);
  }

  writeConfig(offset: number, width: number, value: number): void {
    const allowed = offset !== ConfigField.POISON_VAL || this.#mayWritePoison;
    const field = allowed ? this.#config.write(offset, width, value) : undefined;
    if (field === undefined) this.faults.add("config-write");
    else this.#written(field, value);
  }

  reset(): void {
    this.#retry.cancel();
    this.pages.reset();
    this.stats.reset();
    this.hinting.reset();
    this.#config.set(ConfigField.ACTUAL, 0);
    this.#config.set(ConfigField.POISON_VAL, 0);
    this.verdict = undefined;
    this.events.emit("reset", undefined);
  }

  // --- snapshots ---

  /** All that {@link restore} needs to go on with the same guest. */
  state(): BalloonState {
    const { withheld } = this.pages;
    return {
      version: STATE_VERSION,
      frames: this.frames,
      numbering: this.queueNumbering,
      virtio: this.virtio.state(),
      target: this.target,
      actual: this.actual,
      poison: this.#config.get(ConfigField.POISON_VAL),
      held: this.held.allRuns(),
      lock: this.policy.state(),
      withheld: withheld && { head: withheld.head, runs: withheld.runs.pairs },
      statsBuffer: this.stats.held,
      hint: this.hinting.state(),
      hintCommand: this.#config.get(ConfigField.FREE_PAGE_HINT_CMD_ID),
    };
  }

  /**
   * Takes over a saved state, together with the guest memory it was saved with; this host has locked all of that
   * memory, as {@link reset} leaves it. Touches neither guest memory nor, at once, the interrupt line: an emulator may
   * restore those later. What must reach the guest follows by the timer.
   * @returns why this device cannot honour the state (it is then as after a reset), or undefined when it did
   */
  restore(state: BalloonState): string | undefined {
    this.virtio.reset();
    const refusal = canRestore(state, this);
    if (refusal === undefined) this.#take(state);
    return refusal;
  }

  #take(state: BalloonState): void {
    this.#config.set(ConfigField.NUM_PAGES, state.target);
    this.#config.set(ConfigField.ACTUAL, state.actual);
    this.#config.set(ConfigField.POISON_VAL, state.poison);
    this.#config.set(ConfigField.FREE_PAGE_HINT_CMD_ID, state.hintCommand);
    if (state.virtio.status & Status.FEATURES_OK) {
      this.acceptFeatures(state.virtio.accepted, state.virtio.interface === "legacy");
    }
    this.virtio.restore(state.virtio);
    this.stats.held = state.statsBuffer;
    this.pages.restore(state.held, state.withheld);
    if (state.withheld !== undefined) this.#retry.plan(1);
    if (this.hinting.restore(state.hint)) {
      this.#timer(() => {
        this.hinting.abandon();
      }, 0);
    }
  }

  // --- queues ---

  /** Takes every chain that is available: at most the queue's size, since the guest does not run meanwhile. */
  #drain(queue: SplitQueue, role: QueueRole): void {
    if (role === "deflate" && this.pages.withheld !== undefined) return;
    for (let go = true; go;) {
      const popped = queue.pop();
      if (popped === "chain") go = this.#dispose(queue, this.#handle(queue, role));
      else {
        if (popped !== "empty") this.#corrupt(popped);
        go = false;
      }
    }
    if (this.virtio.has(Status.NEEDS_RESET)) return;
    queue.askForKick();
    this.virtio.signalQueue(queue);
  }

  #handle(queue: SplitQueue, role: QueueRole): Disposition {
    const { fault } = queue.chain;
    if (fault !== undefined) {
      this.faults.add(fault);
      return "return";
    }
    if (role === "inflate") return this.pages.inflate(queue);
    if (role === "deflate") return this.pages.deflate(queue);
    if (role === "stats") return this.stats.handle(queue);
    return role === "hint" ? this.hinting.handle(queue) : this.#report(queue);
  }

  /** Returns whether the queue goes on. */
  #dispose(queue: SplitQueue, disposition: Disposition): boolean {
    if (disposition === "return") queue.push(queue.chain.head, 0);
    if (disposition === "stall") this.#withhold();
    if (disposition === "needs-reset") this.#stop("memory the guest takes back could not be locked");
    return disposition === "return" || disposition === "keep";
  }

  /** §5.5.6.7: pages with a poison value must keep it, so they are only acknowledged. */
  #report({ chain }: SplitQueue): Disposition {
    if (this.#config.get(ConfigField.POISON_VAL) === 0) {
      this.events.emit("report", discardFreePages(chain, this.policy));
    }
    return "return";
  }

  #withhold(): void {
    this.events.emit("withheld", true);
    this.#retry.plan(this.pages.withheld!.attempts);
  }

  /** Its frames stay in the balloon: the deflate did not happen. */
  #forgetWithheld(): void {
    this.#retry.cancel();
    this.pages.withheld = undefined;
    this.events.emit("withheld", false);
  }

  #retryWithheld(): void {
    const queue = this.#queueOf("deflate");
    const { withheld } = this.pages;
    if (queue === undefined || withheld === undefined) return;
    const disposition = this.pages.retryWithheld();
    if (disposition === "return") this.#released(queue, withheld.head);
    else if (disposition === "needs-reset" || !this.#retry.plan(this.pages.withheld!.attempts)) {
      this.#stop("memory the guest takes back could not be locked");
    }
  }

  #released(queue: SplitQueue, head: number): void {
    queue.push(head, 0);
    this.events.emit("withheld", false);
    this.#drain(queue, "deflate");
  }

  #corrupt(fault: RingFault): void {
    this.faults.add(fault);
    this.#stop(`the ring is corrupt: ${fault}`);
  }

  #stop(reason: string): void {
    this.#retry.cancel();
    this.virtio.needsReset();
    this.events.emit("needs-reset", reason);
  }

  #queueOf(role: QueueRole): SplitQueue | undefined {
    const queue = this.virtio.queues[this.#roles.indexOf(role)];
    return queue?.enabled === true ? queue : undefined;
  }

  get #running(): boolean {
    return this.virtio.has(Status.DRIVER_OK) && !this.virtio.has(Status.NEEDS_RESET);
  }

  // --- configuration space ---

  #setConfig(field: number, value: number): void {
    this.#config.set(field, value);
    this.virtio.configChanged();
  }

  /** DRV-P2, DRV-P3: before DRIVER_OK, and only with PAGE_POISON. */
  get #mayWritePoison(): boolean {
    return hasFeature(this.virtio.accepted, Feature.PAGE_POISON) && !this.virtio.has(Status.DRIVER_OK);
  }

  #written(field: WritableField, value: number): void {
    if (field === ConfigField.ACTUAL) this.events.emit("actual", value);
  }
}
