import { Status } from "../virtio/index.ts";
import type { DescriptorChain, GuestMemory, RingFault, SplitQueue, VirtioDevice } from "../virtio/index.ts";
import type { BalloonDevice } from "./balloon-device.ts";
import type { Disposition } from "./disposition.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import type { FaultCounters } from "./guest-faults.ts";
import type { PageQueues } from "./page-queues.ts";
import type { QueueRole } from "./queue-map.ts";
import { RetryTimer } from "./retry-timer.ts";
import type { Timer } from "./retry-timer.ts";

/** Takes the chain that was popped, and says what becomes of it. */
export type ChainHandler = (queue: SplitQueue) => Disposition;

/**
 * Sees a chain before the device does, to record it: the chain and the memory are as they are during the call only. Must
 * not throw, nor change the device.
 */
export type ChainListener = (
  role: QueueRole,
  chain: DescriptorChain,
  memory: GuestMemory,
  device: BalloonDevice,
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

/** Takes chains from the queues, has them handled, and returns every one of them — or stops the device. */
export class QueueServer {
  /** Which queue stands at which number; set at negotiation. */
  roles: readonly QueueRole[] = [];
  readonly #options: QueueServerOptions;
  readonly #retry: RetryTimer;
  /** Chains taken since the reset, by queue: to say where something happened. */
  readonly #taken: Record<QueueRole, number> = { ...NONE_TAKEN };
  #serving: QueueRole | undefined;

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
    return `${this.#serving} queue, chain ${this.#taken[this.#serving]}`;
  }

  /** The queue of a role, if the driver has enabled it. Its rings are checked as before a chain is taken. */
  queueOf(role: QueueRole): SplitQueue | undefined {
    const queue = this.#options.virtio().queues[this.roles.indexOf(role)];
    return queue?.enabled === true && queue.ringsInMemory ? queue : undefined;
  }

  /** Serves queue number `index`. */
  serve(index: number): void {
    const role = this.roles[index];
    const queue = this.#options.virtio().queues[index];
    if (role === undefined || queue === undefined) return;
    this.#guard(() => {
      this.#drain(queue, role);
    });
  }

  /** Queue number `index` was reset alone. */
  forget(index: number): void {
    const role = this.roles[index];
    if (role === "deflate") this.#retry.cancel();
    if (role !== undefined) this.#options.forget[role]?.();
  }

  /** Tries the withheld acknowledgement again in a millisecond, then ever more rarely. */
  planRetry(): void {
    this.#retry.plan(1);
  }

  reset(): void {
    this.#retry.cancel();
    if (this.#options.pages.withheld !== undefined) this.#options.events.emit("withheld", false);
    Object.assign(this.#taken, NONE_TAKEN);
    this.#serving = undefined;
  }

  /** Takes every chain that is available: at most the queue's size, since the guest does not run meanwhile. */
  #drain(queue: SplitQueue, role: QueueRole): void {
    if (role === "deflate" && this.#options.pages.withheld !== undefined) return;
    this.#serving = role;
    try {
      while (this.#takeOne(queue, role));
    } finally {
      this.#served(queue);
    }
  }

  /** Also where the device stops half-way: the driver hears of the chains that were returned before (§2.7.7.2). */
  #served(queue: SplitQueue): void {
    this.#serving = undefined;
    const virtio = this.#options.virtio();
    if (!virtio.has(Status.NEEDS_RESET)) queue.askForKick();
    virtio.signalQueue(queue);
  }

  /** Returns whether there may be more. */
  #takeOne(queue: SplitQueue, role: QueueRole): boolean {
    const popped = queue.pop();
    if (popped === "empty") return false;
    this.#taken[role]++;
    if (popped === "chain") return this.#dispose(queue, this.#handle(queue, role));
    this.#corrupt(popped);
    return false;
  }

  #handle(queue: SplitQueue, role: QueueRole): Disposition {
    const { fault } = queue.chain;
    if (fault === undefined) {
      this.#options.onChain?.(role, queue.chain, this.#options.virtio().memory);
      return this.#options.handlers[role](queue);
    }
    this.#options.faults.add(fault);
    return "return";
  }

  /** Returns whether the queue goes on. */
  #dispose(queue: SplitQueue, disposition: Disposition): boolean {
    if (disposition === "return") queue.push(queue.chain.head, 0);
    if (disposition === "stall") this.#withhold();
    if (disposition === "needs-reset") this.#stop(UNLOCKED);
    return disposition === "return" || disposition === "keep";
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
    const disposition = pages.retryWithheld();
    if (disposition === "return") this.#released(queue, withheld.head);
    else if (disposition === "needs-reset" || !this.#retry.plan(pages.withheld!.attempts))
      this.#stop(UNLOCKED);
  }

  #released(queue: SplitQueue, head: number): void {
    queue.push(head, 0);
    this.#options.events.emit("withheld", false);
    this.#drain(queue, "deflate");
  }

  #corrupt(fault: RingFault): void {
    this.#options.faults.add(fault);
    this.#stop(`the ring is corrupt: ${fault}`);
  }

  #stop(reason: string): void {
    this.#retry.cancel();
    this.#options.virtio().needsReset();
    this.#options.events.emit("needs-reset", reason);
  }

  /** Only the host can make serving throw, by having no memory for the page set: the guest must not pay with a crash. */
  #guard(serve: () => void): void {
    try {
      serve();
    } catch (error) {
      this.#stop(`the host failed: ${String(error)}`);
    }
    this.#options.events.flush();
  }
}
