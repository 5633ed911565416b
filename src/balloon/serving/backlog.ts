import type { QueueRole } from "../queues/queue.ts";

/** A notification whose chains wait for their turn: those before index `until` of the available ring. */
export interface PendingNotification {
  readonly role: QueueRole;
  readonly until: number;
}

/**
 * Notifications that are not served yet, in their order. Each has brought at least one chain, and a queue holds no more
 * chains than its size, so a guest cannot make this list longer than its queues.
 */
export class Backlog {
  readonly #entries: PendingNotification[] = [];

  get first(): PendingNotification | undefined {
    return this.#entries[0];
  }

  /** Whether a notification of one of these queues waits. */
  has(...roles: readonly QueueRole[]): boolean {
    return this.#entries.some(({ role }) => roles.includes(role));
  }

  /** Adds a notification; `most` is the size of its queue. */
  add(role: QueueRole, until: number, most: number): void {
    const own = this.#entries.filter((entry) => entry.role === role);
    if (own.at(-1)?.until === until) return;
    if (own.length >= most) this.#entries.splice(this.#entries.lastIndexOf(own.at(-1)!), 1);
    this.#entries.push({ role, until });
  }

  /** The first is not finished, after all: it stays the first. */
  putFirst(entry: PendingNotification): void {
    this.#entries.unshift(entry);
  }

  /** Removes the first. */
  shift(): void {
    this.#entries.shift();
  }

  /** Removes the notifications of one queue, or of all. */
  forget(role?: QueueRole): void {
    const kept = role === undefined ? [] : this.#entries.filter((entry) => entry.role !== role);
    this.#entries.splice(0, this.#entries.length, ...kept);
  }

  list(): PendingNotification[] {
    return [...this.#entries];
  }
}
