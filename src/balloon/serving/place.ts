import { QUEUE_COUNT } from "../queues/queue-map.ts";
import type { QueueRole } from "../queues/queue.ts";

/** Where the device is at this moment. A broken rule is reported with it. */
export class Place {
  /** Number of chains taken, by queue number. */
  readonly #taken: number[] = Array.from({ length: QUEUE_COUNT }, () => 0);
  #role: QueueRole | undefined;
  #number = 0;

  /** The place in words, such as "inflate queue, chain 17". Chains are counted since the reset. */
  get text(): string {
    if (this.#role === undefined) return "configuration";
    return `${this.#role} queue, chain ${this.#taken[this.#number]!}`;
  }

  /** The device takes another chain from queue `number`. */
  enter(number: number, role: QueueRole): void {
    this.#role = role;
    this.#number = number;
    this.#taken[number]!++;
  }

  /** No queue is being served. */
  leave(): void {
    this.#role = undefined;
  }

  reset(): void {
    this.#taken.fill(0);
    this.#role = undefined;
  }
}
