import type { SplitQueue } from "../../virtio/index.ts";
import type { QueueRole } from "../queues/queue.ts";

/** Where the device is at this moment. A broken rule is reported with it. */
export class Place {
  #role: QueueRole | undefined;
  #ring: SplitQueue | undefined;

  /** The place in words, such as "inflate queue, chain 17". Chains are counted since the reset. */
  get text(): string {
    return this.#ring === undefined ? "configuration" : `${this.#role!} queue, chain ${this.#ring.taken}`;
  }

  /** The device serves a queue. */
  enter(role: QueueRole, ring: SplitQueue): void {
    this.#role = role;
    this.#ring = ring;
  }

  /** No queue is being served. */
  leave(): void {
    this.#ring = undefined;
  }
}
