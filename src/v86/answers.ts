/** Called once: with what was asked for, or with as much of it as there is and the reason why it is not all. */
export type Answer<Value> = (value: Value, reason?: string) => void;

/** How long a guest may take. */
const TIMEOUT_MS = 10_000;

/** Callers who wait for the guest's answer to one question. Each gets one, whatever becomes of the guest. */
export class Answers<Value> {
  readonly #none: Value;
  #waiting: Answer<Value>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param none what a caller gets where there is nothing */
  constructor(none: Value) {
    this.#none = none;
  }

  /** Whether anybody waits. */
  get awaited(): boolean {
    return this.#waiting.length > 0;
  }

  add(callback: Answer<Value>): void {
    this.#waiting.push(callback);
    if (this.#timer === undefined) this.extend();
  }

  /** The guest is at it: its time begins anew. */
  extend(): void {
    if (!this.awaited) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.refuse(`the guest did not answer within ${TIMEOUT_MS / 1000} s`);
    }, TIMEOUT_MS);
  }

  /** Answers all who wait. A callback that throws does not keep the others from theirs. */
  give(value: Value, reason?: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) tell(callback, value, reason);
  }

  refuse(reason: string): void {
    this.give(this.#none, reason);
  }
}

function tell<Value>(callback: Answer<Value>, value: Value, reason: string | undefined): void {
  try {
    if (reason === undefined) callback(value);
    else callback(value, reason);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
