import type { SplitQueue } from "../../virtio/index.ts";
import type { QueueRole } from "../queues/queue.ts";
import type { PendingNotification } from "./backlog.ts";

/** Where the device is at this moment: the notification that it serves. A broken rule is reported with it. */
export class Place {
  #ring: SplitQueue | undefined;
  #role: QueueRole | undefined;
  #until = 0;
  #epoch = 0;

  /** The place in words, such as "inflate queue, chain 17". Chains are counted since the reset. */
  get text(): string {
    return this.#ring === undefined ? "configuration" : `${this.#role!} queue, chain ${this.#ring.taken}`;
  }

  /** The notification that is being served, if any. */
  get serving(): PendingNotification | undefined {
    return this.#ring === undefined ? undefined : { role: this.#role!, until: this.#until };
  }

  /** The device serves a queue, up to index `until` of its available ring. */
  enter(role: QueueRole, ring: SplitQueue, until: number): void {
    this.#ring = ring;
    this.#role = role;
    this.#until = until;
    this.#epoch = ring.epoch;
  }

  /** No queue is being served any more. Returns its ring, unless the ring was reset meanwhile. */
  leave(): SplitQueue | undefined {
    const ring = this.#ring;
    this.#ring = undefined;
    return ring?.epoch === this.#epoch ? ring : undefined;
  }
}
