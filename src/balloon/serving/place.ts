import type { QueueRole } from "../queues/queue.ts";

/** Where the device is at this moment. A broken rule is reported with it. */
export class Place {
  readonly #taken = new Map<QueueRole, number>();
  #role: QueueRole | undefined;

  /** The place in words, such as "inflate queue, chain 17". Chains are counted since the reset. */
  get text(): string {
    if (this.#role === undefined) return "configuration";
    return `${this.#role} queue, chain ${this.#taken.get(this.#role) ?? 0}`;
  }

  /** The device takes another chain from this queue. */
  enter(role: QueueRole): void {
    this.#role = role;
    this.#taken.set(role, (this.#taken.get(role) ?? 0) + 1);
  }

  /** No queue is being served. */
  leave(): void {
    this.#role = undefined;
  }

  reset(): void {
    this.#taken.clear();
    this.#role = undefined;
  }
}
