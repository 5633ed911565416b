import { surface } from "../balloon/index.ts";

/** Called once, with the answer. If the answer is incomplete or missing, `reason` says why. */
export type Answer<Value> = (value: Value, reason?: string) => void;

/** How long a guest may take to answer. */
const TIMEOUT_MS = 10_000;

/**
 * The callers who wait for the guest's answer to one question. Each gets exactly one answer, whatever happens to the
 * guest.
 */
export class Answers<Value> {
  readonly #none: Value;
  #waiting: Answer<Value>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param none the value for callers if there is no answer */
  constructor(none: Value) {
    this.#none = none;
  }

  /** Whether a caller is waiting. */
  get awaited(): boolean {
    return this.#waiting.length > 0;
  }

  add(callback: Answer<Value>): void {
    this.#waiting.push(callback);
    if (this.#timer === undefined) this.extend();
  }

  /** The guest has started to answer, so its time limit starts again. */
  extend(): void {
    if (!this.awaited) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.refuse(`the guest did not answer within ${TIMEOUT_MS / 1000} s`);
    }, TIMEOUT_MS);
  }

  /** Answers all callers. A callback that throws does not prevent the answers to the others. */
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
    surface(error);
  }
}
