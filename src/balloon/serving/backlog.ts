import type { QueueRole } from "../queues/queue.ts";

/** A notification whose chains are still waiting: those before index `until` of the available ring. */
export interface PendingNotification {
  readonly role: QueueRole;
  readonly until: number;
}

/**
 * The notifications that have not been served yet, in order. Each brought at least one chain, and a queue has no more
 * chains than its size, so a guest cannot make this list longer than its queues.
 */
export class Backlog {
  readonly #entries: PendingNotification[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get first(): PendingNotification | undefined {
    return this.#entries[0];
  }

  /** Whether a notification of one of these queues is waiting. */
  has(...roles: readonly QueueRole[]): boolean {
    return this.#entries.some(({ role }) => roles.includes(role));
  }

  /** Adds a notification. `most` is the size of its queue. */
  add(role: QueueRole, until: number, most: number): void {
    const own = this.#entries.filter((entry) => entry.role === role);
    if (own.at(-1)?.until === until) return;
    if (own.length >= most) this.#entries.splice(this.#entries.lastIndexOf(own.at(-1)!), 1);
    this.#entries.push({ role, until });
  }

  /** Puts back the first notification, because it is not finished. It stays the first. */
  putFirst(entry: PendingNotification): void {
    this.#entries.unshift(entry);
  }

  /** Removes the first notification. */
  shift(): void {
    this.#entries.shift();
  }

  /** Removes the notifications of one queue, or all of them. */
  forget(role?: QueueRole): void {
    const kept = role === undefined ? [] : this.#entries.filter((entry) => entry.role !== role);
    this.#entries.splice(0, this.#entries.length, ...kept);
  }

  list(): PendingNotification[] {
    return [...this.#entries];
  }
}
