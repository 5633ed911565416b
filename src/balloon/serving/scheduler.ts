import type { Timer } from "./retry-timer.ts";

interface Task {
  readonly callback: () => void;
  cancel: () => void;
  due: boolean;
}

/**
 * The timed work of one device. It waits while the machine is stopped, because it may write guest memory, and ends with
 * the device.
 */
export class Scheduler {
  readonly #timer: Timer;
  readonly #tasks = new Set<Task>();
  #paused = false;
  #disposed = false;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** A {@link Timer} of this scheduler. */
  readonly timer: Timer = (callback, delay) => {
    const task: Task = { callback, cancel: () => undefined, due: false };
    if (!this.#disposed) this.#start(task, delay);
    return () => {
      this.#cancel(task);
    };
  };

  get disposed(): boolean {
    return this.#disposed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Delays work that falls due until {@link resume}. */
  pause(): void {
    this.#paused = true;
  }

  /** Runs the delayed work soon, in the order in which it fell due. */
  resume(): void {
    this.#paused = false;
    for (const task of [...this.#tasks]) if (task.due) this.#start(task, 0);
  }

  /** Cancels everything. Nothing can be scheduled any more. */
  dispose(): void {
    this.#disposed = true;
    for (const task of [...this.#tasks]) this.#cancel(task);
  }

  #start(task: Task, delay: number): void {
    task.due = false;
    this.#tasks.add(task);
    task.cancel = this.#timer(() => {
      this.#fire(task);
    }, delay);
  }

  #fire(task: Task): void {
    if (!this.#tasks.delete(task)) return;
    if (this.#paused) {
      // Move the task to the end of the set, so that the set is in the order in which tasks fell due.
      task.due = true;
      this.#tasks.add(task);
    } else task.callback();
  }

  #cancel(task: Task): void {
    if (this.#tasks.delete(task)) task.cancel();
  }
}
