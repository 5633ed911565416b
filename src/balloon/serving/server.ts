import { Status } from "../../virtio/index.ts";
import type {
  DescriptorChain,
  GuestMemory,
  RingFault,
  SplitQueue,
  VirtioDevice,
} from "../../virtio/index.ts";
import { surface } from "../events.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import type { BalloonQueue, Disposition, QueueRole } from "../queues/queue.ts";
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

/** Sees a chain before it takes effect. */
type OnChain = (role: QueueRole, chain: DescriptorChain, memory: GuestMemory) => void;

/** Why a chain that is withheld or forbidden stops the device. */
const UNLOCKED = "memory the guest takes back could not be locked";

/** What became of a queue after one more chain of it was looked for. */
type Progress = "more" | "done" | "over-budget";

/**
 * Takes chains from the rings, has the queues process them, and returns every one of them — or stops the device. One
 * notification is served at a time, and costs a bounded amount of work: what is left waits in a backlog, from which a
 * timer serves it.
 */
export class QueueServer {
  onChain: OnChain | undefined;
  readonly #options: QueueServerOptions;
  readonly #retryTimer: RetryTimer;
  readonly #backlog = new Backlog();
  /** Which queue stands at which number. */
  #numbered: readonly BalloonQueue[] = [];
  #cancelTurn: (() => void) | undefined;
  /** The notification whose chains are being taken: the queue, and the available index that ends it. */
  #serving: BalloonQueue | undefined;
  #until = 0;
  /** Whether a batch is on the stack: also after host code has reset the device in the middle of it. */
  #busy = false;

  constructor(options: QueueServerOptions) {
    this.#options = options;
    this.#retryTimer = new RetryTimer(options.timer, () => {
      this.#guard(() => {
        this.#retryWithheld();
      });
    });
  }

  /** Tells which queue stands at which number. */
  number(roles: readonly QueueRole[]): void {
    const { queues } = this.#options;
    this.#numbered = roles.map((role) => queues.find((queue) => queue.role === role)!);
  }

  /** The ring of a queue, if the driver has enabled it. Its place is checked as before a chain is taken. */
  ringOf(queue: BalloonQueue): SplitQueue | undefined {
    const ring = this.#options.virtio.queues[this.#numbered.indexOf(queue)];
    return ring?.enabled === true && ring.ringsInMemory ? ring : undefined;
  }

  /** Queue number `index` was notified. */
  serve(index: number): void {
    const queue = this.#numbered[index];
    const ring = this.#options.virtio.queues[index];
    if (queue === undefined || ring === undefined) return;
    if (this.#mustWait(queue)) {
      this.#backlog.add(queue.role, ring.availIndex, ring.size);
      this.#planTurn();
      return;
    }
    const { epoch } = this.#options.virtio;
    this.#busy = true;
    try {
      this.#options.budget.begin();
      this.#drain(queue, ring, ring.availIndex);
    } catch (error) {
      this.#failed(error, epoch);
    }
    this.#leave();
  }

  /** Queue number `index` was reset alone. */
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
    this.#serving = undefined;
    this.#options.place.reset();
  }

  /** Notifications that are not finished, in their order: the one being served is the first. */
  state(): PendingNotification[] {
    const waiting = this.#backlog.list();
    const all =
      this.#serving === undefined ? waiting : [{ role: this.#serving.role, until: this.#until }, ...waiting];
    return all.filter(({ until }) => until >= 0);
  }

  /** Goes on, by the timer, with what a saved device had not finished. */
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

  /** The queue that waits with a chain in its hand. */
  get #withholding(): BalloonQueue | undefined {
    return this.#numbered.find(({ withheld }) => withheld !== undefined);
  }

  /** Host code may notify in the middle of a chain; and ordered queues keep their order. */
  #mustWait({ role, ordered }: BalloonQueue): boolean {
    if (this.#busy) return true;
    if (this.#backlog.first === undefined) return false;
    if (!ordered) return this.#backlog.has(role);
    return this.#numbered.some((other) => other.ordered && this.#backlog.has(other.role));
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
    const { budget, virtio } = this.#options;
    budget.begin();
    for (let next = this.#backlog.first; next !== undefined; next = this.#backlog.first) {
      this.#backlog.shift();
      const queue = this.#queue(next.role);
      const ring = queue && this.ringOf(queue);
      if (queue && ring && this.#drain(queue, ring, next.until) === "over-budget") return;
      if (virtio.has(Status.NEEDS_RESET)) return;
    }
  }

  /** Takes the chains of one notification: at most the queue's size, since the guest does not run meanwhile. */
  #drain(queue: BalloonQueue, ring: SplitQueue, until: number): Progress {
    if (queue.withheld !== undefined) return "done";
    const { epoch } = ring;
    this.#serving = queue;
    this.#until = until;
    let progress: Progress = "more";
    try {
      // Counted, too: a ring that the guest has laid over its own used ring moves on by itself.
      for (let left = ring.size; progress === "more"; left--) {
        progress = left === 0 || ring.nextAvail === until ? "done" : this.#takeOne(queue, ring);
      }
      if (progress === "over-budget") this.#backlog.putFirst({ role: queue.role, until });
      return progress;
    } finally {
      this.#serving = undefined;
      if (ring.epoch === epoch) this.#served(ring);
    }
  }

  /** Also where the device stops half-way: the driver hears of the chains that were returned before (§2.7.7.2). */
  #served(ring: SplitQueue): void {
    const { virtio } = this.#options;
    if (!virtio.has(Status.NEEDS_RESET)) ring.askForKick();
    virtio.signalQueue(ring);
  }

  #takeOne(queue: BalloonQueue, ring: SplitQueue): Progress {
    const { epoch, chain } = ring;
    const popped = ring.pop();
    if (popped === "empty") return "done";
    if (popped === "chain" && !this.#affords(chain, queue)) {
      ring.unpop();
      return "over-budget";
    }
    this.#options.place.enter(queue.role);
    if (popped !== "chain") return this.#corrupt(popped);
    const disposition = this.#process(queue, ring);
    // Otherwise the queue was reset meanwhile: the chain is not the device's any more.
    return ring.epoch === epoch ? this.#dispose(ring, disposition) : "done";
  }

  /** Free pages are never too much: what is left of them is returned as it is. */
  #affords(chain: DescriptorChain, queue: BalloonQueue): boolean {
    const { budget } = this.#options;
    if (!budget.takeDescriptors(chain.length)) return false;
    return chain.fault !== undefined || budget.takePfns(queue.pfnsIn?.(chain) ?? 0);
  }

  #process(queue: BalloonQueue, ring: SplitQueue): Disposition {
    const { epoch, chain } = ring;
    const { faults, virtio } = this.#options;
    if (chain.fault !== undefined) {
      faults.add(chain.fault);
      return "return";
    }
    if (this.onChain !== undefined) {
      this.onChain(queue.role, chain, virtio.memory);
      if (ring.epoch !== epoch) return "keep";
    }
    return queue.process(ring);
  }

  #dispose(ring: SplitQueue, disposition: Disposition): Progress {
    ring.settle();
    if (disposition === "return") ring.push(ring.chain.head, 0);
    if (disposition === "stall") this.#retryTimer.plan(1);
    if (disposition === "needs-reset") this.#stop(UNLOCKED);
    return disposition === "return" || disposition === "keep" ? "more" : "done";
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
    // What is before it in the backlog comes first.
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
    this.#options.virtio.needsReset();
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
   * Only the host can make serving throw: by having no memory for the page set, or in a listener for chains. The guest
   * must not pay with a crash. Once the device was reset, the error is none of the new driver's.
   */
  #failed(error: unknown, epoch: number): void {
    if (this.#options.virtio.epoch === epoch) this.#stop(`the host failed: ${String(error)}`);
    else surface(error);
  }

  #leave(): void {
    this.#busy = false;
    this.#options.place.leave();
    this.#planTurn();
    this.#options.events.flush();
  }
}
