import { check } from "../options/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import type { HostMemory } from "../host/index.ts";
import { LockPolicy } from "../lock/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass, DeviceRevision, FeatureSet, Outcome } from "../negotiation/index.ts";
import { Feature, hasFeature, negotiate } from "../negotiation/index.ts";
import { PageSet, PageTracker } from "../tracker/index.ts";
import { Status, VirtioDevice } from "../virtio/index.ts";
import type { DeviceModel, GuestMemory, SplitQueue } from "../virtio/index.ts";
import { offeredFeatures, supportedFeatures } from "./balloon-options.ts";
import type { BalloonOptions } from "./balloon-options.ts";
import { STATE_VERSION } from "./balloon-state.ts";
import type { BalloonState } from "./balloon-state.ts";
import { canRestore, offerInForce } from "./can-restore.ts";
import { readBalloonOptions } from "./check-options.ts";
import { Compliance } from "./compliance.ts";
import { BalloonConfig, ConfigField } from "./config-space.ts";
import { BALLOON_EVENTS, Emitter } from "./events.ts";
import type { BalloonEvents } from "./events.ts";
import { FreePages } from "./free-pages.ts";
import { FaultCounters } from "./guest-faults.ts";
import { HintQueue } from "./hint-queue.ts";
import { PageQueues } from "./page-queues.ts";
import { QUEUE_COUNT, queueSlots } from "./queue-map.ts";
import type { QueueNumbering } from "./queue-map.ts";
import { QueueServer } from "./queue-server.ts";
import type { QueueServerOptions } from "./queue-server.ts";
import { ReportQueue } from "./report-queue.ts";
import { realTimer } from "./retry-timer.ts";
import { Scheduler } from "./scheduler.ts";
import { queuesFor } from "./saved-queues.ts";
import { brief } from "./snapshot/index.ts";
import { StatsPoll } from "./stats-poll.ts";
import { WorkBudget } from "./work-budget.ts";
import { StatsQueue } from "./stats-queue.ts";
import type { GuestStats } from "./stats-queue.ts";

/** Device ID of the traditional memory balloon, VIRTIO 1.3 §5.5.1. */
const BALLOON_DEVICE_ID = 5;

const SUPERSEDED = "the device was reset while it was being restored";

/**
 * The traditional memory balloon device of VIRTIO 1.3 §5.5, whatever the transport: page set, lock policy, statistics,
 * free page hinting and reporting. Nothing a guest does makes a method throw; host mistakes throw TypeError/RangeError.
 */
export class Balloon implements DeviceModel {
  readonly deviceId: number = BALLOON_DEVICE_ID;
  /** What the device can do on its host, offered or not. */
  readonly supportedFeatures: FeatureSet;
  readonly virtio: VirtioDevice;
  readonly events: Emitter<BalloonEvents> = new Emitter(BALLOON_EVENTS);
  /** Guest memory in whole 4 KiB frames. */
  readonly frames: number;
  /** The page set: frames in the balloon. For reading. */
  readonly ballooned: PageSet;
  readonly faults: FaultCounters;
  readonly policy: LockPolicy;
  /** @internal */
  readonly pages: PageQueues;
  readonly compliance: Compliance;
  /** @internal */
  readonly stats: StatsQueue;
  /** @internal */
  readonly hinting: HintQueue;
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit: number | undefined;
  readonly queueNumbering: QueueNumbering;
  /** What was negotiated; undefined as long as no driver has chosen. */
  outcome: Outcome | undefined;
  readonly #pageSet: PageTracker;
  readonly #budget: WorkBudget;
  #revision: DeviceRevision;
  readonly #config: BalloonConfig;
  readonly #server: QueueServer;
  readonly #freePages: FreePages;
  readonly #scheduler: Scheduler;
  #disposed = false;
  #restoring = false;
  readonly #statsPoll: StatsPoll;

  /** @throws TypeError or RangeError for wrong options; WebAssembly.CompileError as {@link PageTracker} says */
  constructor(given: BalloonOptions) {
    const options = readBalloonOptions("Balloon", given);
    const { memory, host, interrupt, silentDeflate = "optional", queueNumbering = "negotiated" } = options;
    this.supportedFeatures = supportedFeatures(options);
    this.#revision = options.revision ?? 2;
    this.silentDeflate = silentDeflate;
    this.silentDeflateBit = options.silentDeflateBit;
    this.queueNumbering = queueNumbering;
    this.frames = Math.floor(memory.size / FRAME_BYTES);
    this.#pageSet = new PageTracker(this.frames, { hostPageFrames: host.pageFrames ?? 1 });
    this.ballooned = new PageSet(this.#pageSet);
    this.#budget = new WorkBudget(this.frames);
    this.#config = new BalloonConfig(offeredFeatures(options));
    this.#scheduler = new Scheduler(options.timer ?? realTimer);
    this.#statsPoll = new StatsPoll(this.#scheduler.timer, () => this.requestStats());
    this.compliance = new Compliance(() => this.#server.place);
    this.faults = this.#makeFaults();
    this.policy = this.#makePolicy(host, options.onLockFailure ?? "degrade");
    this.#freePages = new FreePages(this.policy, this.#pageSet, this.#budget);
    this.pages = this.#makePages(memory);
    this.stats = this.#makeStats(memory);
    this.hinting = this.#makeHinting(memory);
    this.#server = this.#makeServer(options);
    this.virtio = new VirtioDevice(this, memory, interrupt, QUEUE_COUNT);
  }

  /** What the device offers: after a restore what the guest was offered before, as far as this host can do it. */
  get offeredFeatures(): FeatureSet {
    return this.#config.offered;
  }

  /** Hardware revision: after a restore the one the guest was saved with. */
  get revision(): DeviceRevision {
    return this.#revision;
  }

  /** What the host asks the balloon to hold, in frames (num_pages). */
  get target(): number {
    return this.#config.get(ConfigField.NUM_PAGES);
  }

  /** @throws TypeError or RangeError unless an integer of 0 to {@link Balloon.frames} */
  set target(frames: number) {
    check("target", { integer: [[0, this.frames]] }, frames);
    this.#setConfig(ConfigField.NUM_PAGES, frames);
  }

  /** What the driver says the balloon holds, in frames. */
  get actual(): number {
    return this.#config.get(ConfigField.ACTUAL);
  }

  /** Asks the driver for new statistics; the "stats" event brings them. False when it has left no buffer for them. */
  requestStats(): boolean {
    const queue = this.#server.queueOf("stats");
    if (queue === undefined || !this.#running || !this.stats.request(queue)) return false;
    this.virtio.signalQueue(queue);
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
    if (this.#server.queueOf("hint") === undefined || !this.#running) return false;
    this.hinting.start();
    return true;
  }

  /** Tries again to lock frames whose lock failed. Returns the frames that are still not locked. */
  retryLocks(): number {
    return this.policy.retry();
  }

  /**
   * The machine was stopped: until {@link resume} nothing is done by a timer, so that guest memory stays as it is. What
   * the guest notifies is served all the same.
   */
  pause(): void {
    this.#scheduler.pause();
  }

  /** The machine runs again. */
  resume(): void {
    this.#scheduler.resume();
  }

  /**
   * Guest memory is in another buffer, and the last one has ended: lets go of its memory now, not at the guest's next batch.
   * @internal
   */
  memoryMoved(): void {
    this.virtio.memory.refresh();
    this.pages.reader.memoryMoved();
  }

  /** Whether {@link dispose} was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Ends the device: its timers and its listeners, after the event "disposed". From now on it makes no host call — what
   * is not locked stays so — and serves no queue, and whoever asks it finds an empty balloon. May be called twice.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#scheduler.dispose();
    this.policy.dispose();
    this.virtio.dispose();
    this.events.emit("disposed", undefined);
    this.events.flush();
    this.events.dispose();
  }

  // --- DeviceModel: called by the transport ---

  queueSizes(features: FeatureSet, negotiated: boolean): readonly number[] {
    const accepted = negotiated ? features : this.offeredFeatures;
    const slots = queueSlots(this.queueNumbering, this.offeredFeatures, accepted);
    this.#server.roles = slots.map(({ role }) => role);
    return slots.map(({ size }) => size);
  }

  acceptFeatures(accepted: FeatureSet, legacy: boolean): boolean {
    const { silentDeflate, silentDeflateBit, offeredFeatures: offered } = this;
    this.outcome = negotiate({ silentDeflate, silentDeflateBit, offered, accepted, legacy });
    this.policy.enabled = this.outcome.lockPolicy === "on";
    if (hasFeature(offered & ~accepted, Feature.WILL_TELL_HOST)) this.compliance.broke("DRV-F1");
    this.events.emit("negotiated", this.outcome);
    if (this.outcome.result === "needs-reset") this.events.emit("needs-reset", this.outcome.reason);
    return this.outcome.result === "accepted";
  }

  notified(index: number): void {
    this.#server.serve(index);
  }

  queueReset(index: number): void {
    this.#server.forget(index);
  }

  readConfig(offset: number, width: number): number {
    return this.#config.read(offset, width);
  }

  /** A write that is not allowed is counted as a fault and changes nothing. */
  writeConfig(offset: number, width: number, value: number): void {
    const poison = offset === ConfigField.POISON_VAL;
    if (poison && !this.#mayWritePoison) this.faults.add("poison-write");
    else if (this.#config.write(offset, width, value) === undefined) this.faults.add("config-write");
    else if (!poison) this.events.emit("actual", value);
    this.events.flush();
  }

  settled(): void {
    this.events.flush();
  }

  /** The page set comes last: it calls the host, whose code must find a device that is reset. */
  reset(): void {
    this.#server.reset();
    this.stats.reset();
    this.hinting.reset();
    this.#freePages.broken = false;
    this.#config.set(ConfigField.ACTUAL, 0);
    this.#config.set(ConfigField.POISON_VAL, 0);
    this.outcome = undefined;
    this.events.emit("reset", undefined);
    this.pages.reset();
  }

  // --- snapshots ---

  /**
   * All that {@link restore} needs to go on with the same guest. Host code that is called in the middle of a batch gets
   * the state before the batch: whoever restores it takes the batch again.
   */
  state(): BalloonState {
    const { withheld } = this.pages;
    return {
      version: STATE_VERSION,
      frames: this.frames,
      numbering: this.queueNumbering,
      revision: this.revision,
      offered: this.offeredFeatures,
      silentDeflateBit: this.silentDeflateBit,
      virtio: this.virtio.state(),
      target: this.target,
      actual: this.actual,
      poison: this.#config.get(ConfigField.POISON_VAL),
      ballooned: this.pages.savedRuns(),
      lock: this.policy.state(),
      withheld: withheld && { head: withheld.head, runs: withheld.runs.pairs },
      statsBuffer: this.stats.ballooned,
      ...this.hinting.state(),
      pending: this.#server.state(),
    };
  }

  /**
   * Takes over a saved state, together with the guest memory it was saved with; this host has locked all of that
   * memory, as {@link reset} leaves it. Does not touch guest memory, which an emulator may restore later, and raises
   * the interrupt line only for what was pending in the state. What is new to the guest follows by the timer. The
   * revision and the offer of the state stay in force, also after the guest has reset the device.
   * @throws TypeError for what is no object; what is wrong with one is a reason to refuse it
   * @returns why this device cannot honour the state (it is then as after a reset), or undefined when it did: what
   * {@link canRestore} says, unless the host has no memory for the page set
   */
  restore(state: BalloonState): string | undefined {
    check("state", "object", state);
    if (this.#restoring) return "the device is in the middle of another restore";
    this.#restoring = true;
    try {
      return this.#restore(state);
    } finally {
      this.#restoring = false;
      this.events.flush();
    }
  }

  #restore(state: BalloonState): string | undefined {
    const { epoch } = this.virtio;
    this.virtio.reset();
    const refusal = canRestore(state, this);
    if (refusal !== undefined) return refusal;
    if (this.virtio.epoch !== epoch + 1) return SUPERSEDED;
    const { revision, offeredFeatures: offered } = this;
    try {
      this.#offer(state.revision, offerInForce(state, this));
      this.#take(state);
    } catch (error) {
      this.#offer(revision, offered);
      this.virtio.reset();
      return brief(error);
    }
    return this.virtio.epoch === epoch + 1 ? undefined : SUPERSEDED;
  }

  /** The queues follow with the next reset or restore. */
  #offer(revision: DeviceRevision, offered: FeatureSet): void {
    this.#revision = revision;
    this.#config.offered = offered;
  }

  /** What calls the host comes last: its code must find a device that is restored, and may reset it. */
  #take(state: BalloonState): void {
    this.virtio.restore({ ...state.virtio, queues: queuesFor(state, this.offeredFeatures) });
    this.#config.set(ConfigField.NUM_PAGES, state.target);
    this.#config.set(ConfigField.ACTUAL, state.actual);
    this.#config.set(ConfigField.POISON_VAL, state.poison);
    this.#config.set(ConfigField.FREE_PAGE_HINT_CMD_ID, state.hintCommand);
    if (state.virtio.status & Status.FEATURES_OK) {
      this.acceptFeatures(state.virtio.accepted, state.virtio.interface === "legacy");
    }
    this.stats.restore(state.statsBuffer, (state.virtio.status & Status.DRIVER_OK) !== 0);
    if (this.hinting.restore(state.hint, state.hintCommand)) {
      this.#scheduler.timer(() => {
        this.hinting.abandon();
      }, 0);
    }
    if (state.withheld !== undefined && this.#running) this.#server.planRetry();
    if (this.#running) this.#server.restore(state.pending);
    this.pages.restore(state.ballooned, state.withheld);
    this.virtio.driveLine();
  }

  // --- parts ---

  get #running(): boolean {
    return this.virtio.has(Status.DRIVER_OK) && !this.virtio.has(Status.NEEDS_RESET);
  }

  #setConfig(field: number, value: number): void {
    this.#config.set(field, value);
    this.virtio.configChanged();
  }

  /** DRV-P2, DRV-P3: before DRIVER_OK, and only with PAGE_POISON. */
  get #mayWritePoison(): boolean {
    return hasFeature(this.virtio.accepted, Feature.PAGE_POISON) && !this.virtio.has(Status.DRIVER_OK);
  }

  #makeFaults(): FaultCounters {
    return new FaultCounters((fault, times) => {
      this.compliance.fault(fault, times);
      this.events.emit("guest-fault", fault);
    });
  }

  #makePolicy(host: HostMemory, onLockFailure: OnLockFailure): LockPolicy {
    return new LockPolicy({
      host,
      frames: this.frames,
      onLockFailure,
      ballooned: this.#pageSet,
      onFailure: (failure) => {
        this.events.emit("lock-failure", failure);
      },
    });
  }

  #makePages(memory: GuestMemory): PageQueues {
    const { policy, faults, compliance, events } = this;
    const ballooned = this.#pageSet;
    const mayTake = (frames: number): boolean =>
      frames > this.target || hasFeature(this.virtio.accepted, Feature.DEFLATE_ON_OOM);
    return new PageQueues({ memory, ballooned, policy, faults, compliance, events, mayTake });
  }

  #makeStats(memory: GuestMemory): StatsQueue {
    const { faults, compliance } = this;
    const onStats = (stats: GuestStats): void => {
      this.events.emit("stats", stats);
    };
    const legacy = (): boolean => this.virtio.interface === "legacy";
    return new StatsQueue({ memory, faults, compliance, onStats, legacy });
  }

  #makeHinting(memory: GuestMemory): HintQueue {
    const { faults, compliance } = this;
    return new HintQueue({
      memory,
      faults,
      compliance,
      reclaim: this.#freePages,
      command: (id) => {
        this.#setConfig(ConfigField.FREE_PAGE_HINT_CMD_ID, id);
      },
      commanded: () => this.#config.get(ConfigField.FREE_PAGE_HINT_CMD_ID),
      onPages: (pages) => {
        this.events.emit("hint", pages);
      },
      onDone: (frames) => {
        this.events.emit("hint-done", frames);
      },
    });
  }

  #makeServer({ poisonedPages = "skip", onChain: listener }: BalloonOptions): QueueServer {
    const onChain: QueueServerOptions["onChain"] =
      listener &&
      ((role, chain, memory): void => {
        listener(role, chain, memory, this);
      });
    const { pages, stats, hinting, faults, events } = this;
    const reporting = new ReportQueue({
      reclaim: this.#freePages,
      poisonedPages,
      poison: () => this.#config.get(ConfigField.POISON_VAL),
      onPages: (free) => {
        events.emit("report", free);
      },
    });
    const handlers = {
      inflate: (queue: SplitQueue) => pages.inflate(queue),
      deflate: (queue: SplitQueue) => pages.deflate(queue),
      stats: (queue: SplitQueue) => stats.handle(queue),
      hint: (queue: SplitQueue) => hinting.handle(queue),
      report: (queue: SplitQueue) => reporting.handle(queue),
    };
    const forget = {
      deflate: (): void => {
        pages.withheld = undefined;
      },
      stats: (): void => {
        stats.ballooned = undefined;
      },
      hint: (): void => {
        hinting.forget();
      },
    };
    const virtio = (): VirtioDevice => this.virtio;
    return new QueueServer({
      virtio,
      pages,
      handlers,
      forget,
      onChain,
      faults,
      events,
      timer: this.#scheduler.timer,
      budget: this.#budget,
    });
  }
}
