import type { Timer } from "./retry-timer.ts";

/** The longest delay a timer takes: a larger one would fire at once. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/** Asks for statistics at an interval. */
export class StatsPoll {
  readonly #timer: Timer;
  readonly #request: () => void;
  #interval = 0;
  #cancel: (() => void) | undefined;

  constructor(timer: Timer, request: () => void) {
    this.#timer = timer;
    this.#request = request;
  }

  /** Milliseconds between two requests; 0: none. */
  get interval(): number {
    return this.#interval;
  }

  /** @throws RangeError unless an integer of 0 to 2^31 - 1 */
  set interval(ms: number) {
    if (!Number.isInteger(ms) || ms < 0 || ms > MAX_INTERVAL_MS) {
      throw new RangeError(`statsInterval must be 0 to ${MAX_INTERVAL_MS} ms, got ${ms}`);
    }
    this.#cancel?.();
    this.#cancel = undefined;
    this.#interval = ms;
    if (ms > 0) this.#plan();
  }

  #plan(): void {
    this.#cancel = this.#timer(() => {
      this.#request();
      this.#plan();
    }, this.#interval);
  }
}
