import { Status } from "../virtio/index.ts";
import type { DescriptorChain, GuestMemory, RingFault, SplitQueue, VirtioDevice } from "../virtio/index.ts";
import { Backlog } from "./backlog.ts";
import type { PendingNotification } from "./backlog.ts";
import type { Balloon } from "./balloon-device.ts";
import type { Disposition } from "./disposition.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import type { FaultCounters } from "./guest-faults.ts";
import type { PageQueues } from "./page-queues.ts";
import type { QueueRole } from "./queue-map.ts";
import { RetryTimer } from "./retry-timer.ts";
import type { Timer } from "./retry-timer.ts";
import type { WorkBudget } from "./work-budget.ts";

/** Takes the chain that was popped, and says what becomes of it. */
export type ChainHandler = (queue: SplitQueue) => Disposition;

/**
 * Sees a chain before the device does, to record it: the chain and the memory are as they are during the call only. Must
 * not throw.
 */
export type ChainListener = (
  role: QueueRole,
  chain: DescriptorChain,
  memory: GuestMemory,
  device: Balloon,
) => void;

export interface QueueServerOptions {
  readonly virtio: () => VirtioDevice;
  readonly pages: PageQueues;
  readonly handlers: Readonly<Record<QueueRole, ChainHandler>>;
  /** Drops the chains a queue's handler keeps; they are the driver's again after a reset of the queue (§2.6.1). */
  readonly forget: Readonly<Partial<Record<QueueRole, () => void>>>;
  readonly onChain: ((role: QueueRole, chain: DescriptorChain, memory: GuestMemory) => void) | undefined;
  readonly faults: FaultCounters;
  readonly events: Emitter<BalloonEvents>;
  readonly timer: Timer;
  readonly budget: WorkBudget;
}

/** Why a chain that is withheld or forbidden stops the device. */
const UNLOCKED = "memory the guest takes back could not be locked";

const NONE_TAKEN: Readonly<Record<QueueRole, number>> = {
  inflate: 0,
  deflate: 0,
  stats: 0,
  hint: 0,
  report: 0,
};

/** What became of a queue after one more chain of it was looked for. */
type Progress = "more" | "done" | "over-budget";

/**
 * Takes chains from the queues, has them handled, and returns every one of them — or stops the device. One notification
 * is served at a time, and costs a bounded amount of work: what is left waits in a backlog, from which a timer serves it.
 */
export class QueueServer {
  /** Which queue stands at which number; set at negotiation. */
  roles: readonly QueueRole[] = [];
  readonly #options: QueueServerOptions;
  readonly #retry: RetryTimer;
  readonly #backlog = new Backlog();
  #cancelTurn: (() => void) | undefined;
  /** Chains taken since the reset, by queue: to say where something happened. */
  readonly #taken: Record<QueueRole, number> = { ...NONE_TAKEN };
  /** The notification whose chains are being taken. */
  #serving: PendingNotification | undefined;
  /** Whether a batch is on the stack: also after host code has reset the device in the middle of it. */
  #busy = false;

  constructor(options: QueueServerOptions) {
    this.#options = options;
    this.#retry = new RetryTimer(options.timer, () => {
      this.#guard(() => {
        this.#retryWithheld();
      });
    });
  }

  /** Where the device is at this moment, in words. */
  get place(): string {
    if (this.#serving === undefined) return "configuration";
    const { role } = this.#serving;
    return `${role} queue, chain ${this.#taken[role]}`;
  }

  /** The queue of a role, if the driver has enabled it. Its rings are checked as before a chain is taken. */
  queueOf(role: QueueRole): SplitQueue | undefined {
    const queue = this.#options.virtio().queues[this.roles.indexOf(role)];
    return queue?.enabled === true && queue.ringsInMemory ? queue : undefined;
  }

  /** Queue number `index` was notified. */
  serve(index: number): void {
    const role = this.roles[index];
    const queue = this.#options.virtio().queues[index];
    if (role === undefined || queue === undefined) return;
    if (this.#mustWait(role)) {
      this.#backlog.add(role, queue.availIndex, queue.size);
      this.#planTurn();
    } else {
      this.#guard(() => {
        this.#options.budget.begin();
        this.#drain(queue, { role, until: queue.availIndex });
      });
    }
  }

  /** Queue number `index` was reset alone. */
  forget(index: number): void {
    const role = this.roles[index];
    if (role === undefined) return;
    if (role === "deflate") this.#retry.cancel();
    this.#backlog.forget(role);
    this.#options.forget[role]?.();
  }

  /** Tries the withheld acknowledgement again in a millisecond, then ever more rarely. */
  planRetry(): void {
    this.#retry.plan(1);
  }

  reset(): void {
    this.#retry.cancel();
    this.#backlog.forget();
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    if (this.#options.pages.withheld !== undefined) this.#options.events.emit("withheld", false);
    Object.assign(this.#taken, NONE_TAKEN);
    this.#serving = undefined;
  }

  /** Notifications that are not finished, in their order: the one being served is the first. */
  state(): PendingNotification[] {
    const waiting = this.#backlog.list();
    const all = this.#serving === undefined ? waiting : [this.#serving, ...waiting];
    return all.filter(({ until }) => until >= 0);
  }

  /** Goes on, by the timer, with what a saved device had not finished. */
  restore(pending: readonly PendingNotification[]): void {
    for (const { role, until } of pending) {
      const queue = this.queueOf(role);
      if (queue !== undefined) this.#backlog.add(role, until, queue.size);
    }
    this.#planTurn();
  }

  /** Host code may notify in the middle of a chain; and inflates and deflates keep their order. */
  #mustWait(role: QueueRole): boolean {
    if (this.#busy) return true;
    if (this.#backlog.first === undefined) return false;
    const ordered = role === "inflate" || role === "deflate";
    return ordered ? this.#backlog.has("inflate", "deflate") : this.#backlog.has(role);
  }

  #planTurn(): void {
    if (this.#backlog.first === undefined || this.#cancelTurn !== undefined) return;
    this.#cancelTurn = this.#options.timer(() => {
      this.#cancelTurn = undefined;
      this.#guard(() => {
        this.#takeTurn();
      });
    }, 0);
  }

  /** Serves the backlog, for as much as one notification may cost. */
  #takeTurn(): void {
    this.#options.budget.begin();
    for (let next = this.#backlog.first; next !== undefined; next = this.#backlog.first) {
      this.#backlog.shift();
      const queue = this.queueOf(next.role);
      if (queue !== undefined && this.#drain(queue, next) === "over-budget") return;
      if (this.#options.virtio().has(Status.NEEDS_RESET)) return;
    }
  }

  /** Takes the chains of one notification: at most the queue's size, since the guest does not run meanwhile. */
  #drain(queue: SplitQueue, notification: PendingNotification): Progress {
    const { role, until } = notification;
    if (role === "deflate" && this.#options.pages.withheld !== undefined) return "done";
    const { epoch } = queue;
    this.#serving = notification;
    try {
      let progress: Progress = "more";
      // Counted, too: a ring that the guest has laid over its own used ring moves on by itself.
      for (let left = queue.size; progress === "more"; left--) {
        progress = left === 0 || queue.nextAvail === until ? "done" : this.#takeOne(queue, role);
      }
      if (progress === "over-budget") this.#backlog.putFirst(notification);
      return progress;
    } finally {
      if (this.#serving === notification) this.#serving = undefined;
      if (queue.epoch === epoch) this.#served(queue);
    }
  }

  /** Also where the device stops half-way: the driver hears of the chains that were returned before (§2.7.7.2). */
  #served(queue: SplitQueue): void {
    const virtio = this.#options.virtio();
    if (!virtio.has(Status.NEEDS_RESET)) queue.askForKick();
    virtio.signalQueue(queue);
  }

  #takeOne(queue: SplitQueue, role: QueueRole): Progress {
    const { epoch } = queue;
    const popped = queue.pop();
    if (popped === "empty") return "done";
    if (popped === "chain" && !this.#affords(queue.chain, role)) {
      queue.unpop();
      return "over-budget";
    }
    this.#taken[role]++;
    if (popped !== "chain") return this.#corrupt(popped);
    const disposition = this.#handle(queue, role);
    // Otherwise the queue was reset meanwhile: the chain is not the device's any more.
    return queue.epoch === epoch ? this.#dispose(queue, disposition) : "done";
  }

  /** Free pages are never too much: what is left of them is returned as it is. */
  #affords({ fault, length, readableBytes }: DescriptorChain, role: QueueRole): boolean {
    const { budget, pages } = this.#options;
    if (!budget.takeDescriptors(length)) return false;
    const applies = fault === undefined && (role === "inflate" || role === "deflate");
    return !applies || budget.takePfns(pages.reader.pfnsIn(readableBytes));
  }

  #handle(queue: SplitQueue, role: QueueRole): Disposition {
    const { fault } = queue.chain;
    if (fault !== undefined) {
      this.#options.faults.add(fault);
      return "return";
    }
    const { epoch } = queue;
    this.#options.onChain?.(role, queue.chain, this.#options.virtio().memory);
    return queue.epoch === epoch ? this.#options.handlers[role](queue) : "keep";
  }

  #dispose(queue: SplitQueue, disposition: Disposition): Progress {
    queue.settle();
    if (disposition === "return") queue.push(queue.chain.head, 0);
    if (disposition === "stall") this.#withhold();
    if (disposition === "needs-reset") this.#stop(UNLOCKED);
    return disposition === "return" || disposition === "keep" ? "more" : "done";
  }

  #withhold(): void {
    this.#options.events.emit("withheld", true);
    this.planRetry();
  }

  #retryWithheld(): void {
    const { pages } = this.#options;
    const queue = this.queueOf("deflate");
    const { withheld } = pages;
    if (queue === undefined || withheld === undefined) return;
    const { epoch } = queue;
    const disposition = pages.retryWithheld();
    if (queue.epoch !== epoch) return;
    if (disposition === "return") this.#released(queue, withheld.head);
    else if (disposition === "needs-reset" || !this.#retry.plan(pages.withheld!.attempts))
      this.#stop(UNLOCKED);
  }

  #released(queue: SplitQueue, head: number): void {
    const { epoch } = queue;
    queue.push(head, 0);
    this.#options.events.emit("withheld", false);
    // What is before it in the backlog comes first.
    this.#backlog.add("deflate", queue.availIndex, queue.size);
    this.#takeTurn();
    if (queue.epoch === epoch) this.#options.virtio().signalQueue(queue);
  }

  #corrupt(fault: RingFault): Progress {
    this.#options.faults.add(fault);
    this.#stop(`the ring is corrupt: ${fault}`);
    return "done";
  }

  #stop(reason: string): void {
    this.#retry.cancel();
    this.#backlog.forget();
    this.#options.virtio().needsReset();
    this.#options.events.emit("needs-reset", reason);
  }

  /**
   * Only the host can make serving throw: by having no memory for the page set, or in a listener for chains. The guest
   * must not pay with a crash.
   */
  #guard(serve: () => void): void {
    const { epoch } = this.#options.virtio();
    this.#busy = true;
    try {
      serve();
    } catch (error) {
      if (this.#options.virtio().epoch === epoch) this.#stop(`the host failed: ${String(error)}`);
    }
    this.#busy = false;
    this.#planTurn();
    this.#options.events.flush();
  }
}
