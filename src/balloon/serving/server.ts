import type { GuestMemory } from "../../memory/index.ts";
import { Status } from "../../virtio/index.ts";
import type { DescriptorChain, RingFault, SplitQueue, VirtioDevice } from "../../virtio/index.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import { pfnsIn } from "../queues/pfn-reader.ts";
import type { BalloonQueue, Disposition, QueueRole } from "../queues/queue.ts";
import { shield, surface } from "../surface.ts";
import { Backlog } from "./backlog.ts";
import type { PendingNotification } from "./backlog.ts";
import type { Place } from "./place.ts";
import { RetryTimer } from "./retry-timer.ts";
import type { Timer } from "./retry-timer.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface QueueServerOptions {
  readonly virtio: VirtioDevice;
  readonly queues: readonly BalloonQueue[];
  readonly budget: WorkBudget;
  readonly place: Place;
  readonly faults: FaultCounters;
  readonly events: Emitter<BalloonEvents>;
  readonly timer: Timer;
}

/** Called with a chain before it takes effect. */
type OnChain = (role: QueueRole, chain: DescriptorChain, memory: GuestMemory) => void;

/** Why the device stops if a chain may not be withheld any longer, or may not be acknowledged. */
const UNLOCKED = "memory the guest takes back could not be locked";

/** What happened when the next chain of a queue was looked for. */
type Progress = "more" | "done" | "over-budget";

/**
 * Takes chains from the rings, lets the queues process them, and returns every chain, or stops the device. It serves
 * one notification at a time with a bounded amount of work. The rest waits in a backlog, which a timer serves.
 */
export class QueueServer {
  onChain: OnChain | undefined;
  readonly #options: QueueServerOptions;
  readonly #retryTimer: RetryTimer;
  readonly #backlog = new Backlog();
  /** The queues by number. */
  #numbered: readonly BalloonQueue[] = [];
  #cancelTurn: (() => void) | undefined;
  /** Whether a batch is on the call stack, even if host code has reset the device in the middle of it. */
  #busy = false;

  constructor(options: QueueServerOptions) {
    this.#options = options;
    this.#retryTimer = new RetryTimer(options.timer, () => {
      if (this.#busy) this.#retryTimer.due = true;
      else
        this.#guard(() => {
          this.#retryWithheld();
        });
    });
  }

  /** Sets which queue has which number. */
  number(roles: readonly QueueRole[]): void {
    const { queues } = this.#options;
    this.#numbered = roles.map((role) => queues.find((queue) => queue.role === role)!);
  }

  /**
   * The ring of a queue, if the driver has enabled it. The location of the ring is checked as it is before a chain is
   * taken.
   */
  ringOf(queue: BalloonQueue): SplitQueue | undefined {
    const ring = this.#options.virtio.queues[this.#numbered.indexOf(queue)];
    return ring?.enabled === true && ring.ringsInMemory ? ring : undefined;
  }

  /** Serves a notification of queue number `index`. Returns false if there is no chain. */
  serve(index: number): boolean {
    const queue = this.#numbered[index];
    const ring = this.#options.virtio.queues[index];
    if (queue === undefined || ring === undefined) return false;
    const { epoch } = this.#options.virtio;
    try {
      const until = ring.availIndex;
      if ((this.#busy || !this.#backlog.isEmpty) && this.#mustWait(queue)) {
        this.#wait(queue.role, until, ring);
        return true;
      }
      // Drivers often notify for nothing: the chains were taken with those of an earlier notification.
      if (until === ring.nextAvail) {
        ring.askForKick();
        return false;
      }
      this.#busy = true;
      this.#options.budget.begin();
      this.#drain(queue, ring, until);
    } catch (error) {
      this.#failed(error, epoch);
    }
    this.#leave();
    return true;
  }

  /** Drops the work of queue number `index`, which was reset alone. */
  forget(index: number): void {
    const queue = this.#numbered[index];
    if (queue === undefined) return;
    if (queue.withheld !== undefined) this.#retryTimer.cancel();
    this.#backlog.forget(queue.role);
    queue.forget?.();
  }

  reset(): void {
    this.#retryTimer.cancel();
    this.#backlog.forget();
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    this.#options.place.leave();
  }

  /** The notifications that are not finished, in order. The one being served comes first. */
  state(): PendingNotification[] {
    const { serving } = this.#options.place;
    const all = [...(serving === undefined ? [] : [serving]), ...this.#backlog.list()];
    return all.filter(({ until }) => until >= 0);
  }

  /** Continues, by the timer, what a saved device had not finished. */
  restore(pending: readonly PendingNotification[]): void {
    for (const { role, until } of pending) {
      const queue = this.#queue(role);
      const ring = queue && this.ringOf(queue);
      if (ring !== undefined) this.#backlog.add(role, until, ring.size);
    }
    if (this.#withholding !== undefined) this.#retryTimer.plan(1);
    this.#planTurn();
  }

  #queue(role: QueueRole): BalloonQueue | undefined {
    return this.#numbered.find((queue) => queue.role === role);
  }

  /** The queue that withholds a chain, if any. */
  get #withholding(): BalloonQueue | undefined {
    return this.#numbered.find(({ withheld }) => withheld !== undefined);
  }

  /**
   * Whether a notification has to wait while a batch is on the call stack or others wait. Host code may notify in the
   * middle of a chain, and ordered queues must keep their order.
   */
  #mustWait({ role, ordered }: BalloonQueue): boolean {
    if (this.#busy) return true;
    if (!ordered) return this.#backlog.has(role);
    return this.#numbered.some((other) => other.ordered && this.#backlog.has(other.role));
  }

  #wait(role: QueueRole, until: number, ring: SplitQueue): void {
    this.#backlog.add(role, until, ring.size);
    this.#planTurn();
  }

  #planTurn(): void {
    if (!this.#backlog.isEmpty) this.#cancelTurn ??= this.#startTimer();
  }

  #startTimer(): () => void {
    return this.#options.timer(() => {
      this.#cancelTurn = undefined;
      // Otherwise the batch on the call stack plans another turn when it ends.
      if (!this.#busy)
        this.#guard(() => {
          this.#takeTurn();
        });
    }, 0);
  }

  /** Serves the backlog, up to the budget of one notification. */
  #takeTurn(): void {
    const { budget, virtio } = this.#options;
    budget.begin();
    for (let next = this.#backlog.first; next !== undefined; next = this.#backlog.first) {
      this.#backlog.shift();
      const queue = this.#queue(next.role);
      const ring = queue && this.ringOf(queue);
      if (ring !== undefined && this.#drain(queue!, ring, next.until) === "over-budget") return;
      if (virtio.has(Status.NEEDS_RESET)) return;
    }
  }

  /**
   * Takes the chains of one notification of a queue. It takes at most as many as the queue's size, because the guest does
   * not run meanwhile.
   */
  #drain(queue: BalloonQueue, ring: SplitQueue, until: number): Progress {
    if (queue.withheld !== undefined) return "done";
    this.#options.place.enter(queue.role, ring, until);
    let progress: Progress = "more";
    // The count is needed too: if a guest places the available ring over its own used ring, the index moves on by
    // itself.
    for (let left = ring.size; progress === "more"; left--)
      progress = left === 0 || ring.nextAvail === until ? "done" : this.#takeOne(queue, ring);
    if (progress === "over-budget") this.#backlog.putFirst({ role: queue.role, until });
    this.#served();
    return progress;
  }

  /**
   * Ends the serving of a ring, if there is one. This also happens if the device stops half-way: the driver must learn
   * which chains were returned before (§2.7.7.2).
   */
  #served(): void {
    const { virtio, place } = this.#options;
    const ring = place.leave();
    if (ring === undefined) return;
    if (!virtio.has(Status.NEEDS_RESET)) ring.askForKick();
    virtio.signalQueue(ring);
  }

  #takeOne(queue: BalloonQueue, ring: SplitQueue): Progress {
    const { epoch, chain } = ring;
    const popped = ring.pop();
    if (popped !== "chain") return popped === "empty" ? "done" : this.#corrupt(popped);
    if (!this.#affords(chain, queue)) {
      ring.unpop();
      return "over-budget";
    }
    queue.chains++;
    const simple = chain.fault === undefined && this.onChain === undefined;
    const disposition = simple ? queue.process(ring) : this.#inspect(queue, ring);
    // The queue was reset, and the chain no longer belongs to the device.
    if (ring.epoch !== epoch) return "done";
    if (disposition !== "return") return this.#keep(ring, disposition);
    ring.push(chain.head, 0);
    return "more";
  }

  /**
   * Whether the budget allows the chain. Free pages never exceed it: those beyond the budget are returned untouched.
   */
  #affords(chain: DescriptorChain, queue: BalloonQueue): boolean {
    const pfns = queue.takesPfns === true && chain.fault === undefined ? pfnsIn(chain.readableBytes) : 0;
    return this.#options.budget.takeChain(chain.length, pfns);
  }

  /** Processes a chain that has a fault, or that the host wants to see first. */
  #inspect(queue: BalloonQueue, ring: SplitQueue): Disposition {
    const { epoch, chain } = ring;
    const { faults, virtio } = this.#options;
    if (chain.fault !== undefined) {
      faults.add(chain.fault);
      return "return";
    }
    this.onChain?.(queue.role, chain, virtio.memory);
    return ring.epoch === epoch ? queue.process(ring) : "keep";
  }

  /** Ends a chain that is not returned now. */
  #keep(ring: SplitQueue, disposition: Disposition): Progress {
    ring.settle();
    if (disposition === "keep") return "more";
    if (disposition === "stall") this.#retryTimer.plan(1);
    if (disposition === "needs-reset") this.#stop(UNLOCKED);
    return "done";
  }

  #retryWithheld(): void {
    const queue = this.#withholding;
    const ring = queue && this.ringOf(queue);
    if (queue === undefined || ring === undefined) return;
    const { epoch } = ring;
    const { head } = queue.withheld!;
    const disposition = queue.retry!();
    if (ring.epoch !== epoch || disposition === "keep") return;
    if (disposition === "return") this.#released(queue, ring, head);
    else if (disposition === "needs-reset" || !this.#retryTimer.plan(queue.withheld!.attempts))
      this.#stop(UNLOCKED);
  }

  #released({ role }: BalloonQueue, ring: SplitQueue, head: number): void {
    const { epoch } = ring;
    ring.push(head, 0);
    // Earlier entries of the backlog come first.
    this.#backlog.add(role, ring.availIndex, ring.size);
    this.#takeTurn();
    if (ring.epoch === epoch) this.#options.virtio.signalQueue(ring);
  }

  #corrupt(fault: RingFault): Progress {
    this.#options.faults.add(fault);
    this.#stop(`the ring is corrupt: ${fault}`);
    return "done";
  }

  #stop(reason: string): void {
    this.#retryTimer.cancel();
    this.#backlog.forget();
    shield(() => {
      this.#options.virtio.needsReset();
    });
    for (const queue of this.#options.queues) queue.stop?.();
    this.#options.events.emit("needs-reset", reason);
  }

  #guard(work: () => void): void {
    const { epoch } = this.#options.virtio;
    this.#busy = true;
    try {
      work();
    } catch (error) {
      this.#failed(error, epoch);
    }
    this.#leave();
  }

  /**
   * Handles an error. Only the host can make serving throw: it may have no memory for the page set, or a chain listener
   * may throw. The error must not crash the guest, nor may the interrupt line or the memory, which may fail next. After a
   * reset, the error does not concern the new driver.
   */
  #failed(error: unknown, epoch: number): void {
    shield(() => {
      this.#served();
    });
    if (this.#options.virtio.epoch === epoch) this.#stop(`the host failed: ${String(error)}`);
    else surface(error);
  }

  #leave(): void {
    this.#busy = false;
    if (this.#retryTimer.due) this.#retryTimer.plan(1);
    this.#planTurn();
    this.#options.events.flush();
  }
}
