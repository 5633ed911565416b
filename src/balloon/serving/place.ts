import type { QueueRole } from "../queues/queue.ts";

/** Where the device is at this moment: what a breach of the rules is reported with. */
export class Place {
  readonly #taken = new Map<QueueRole, number>();
  #role: QueueRole | undefined;

  /** In words, such as "inflate queue, chain 17", counted since the reset. */
  get text(): string {
    if (this.#role === undefined) return "configuration";
    return `${this.#role} queue, chain ${this.#taken.get(this.#role) ?? 0}`;
  }

  /** One more chain of this queue is taken. */
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
