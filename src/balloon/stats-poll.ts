import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { MAX_DELAY_MS } from "./serving/retry-timer.ts";
import type { Timer } from "./serving/retry-timer.ts";

export const INTERVAL_MS: Kind = { integer: [[0, MAX_DELAY_MS]] };

/** Requests statistics at an interval. */
export class StatsPoll {
  readonly #timer: Timer;
  readonly #request: () => void;
  #interval = 0;
  #cancel: (() => void) | undefined;

  constructor(timer: Timer, request: () => void) {
    this.#timer = timer;
    this.#request = request;
  }

  /** Milliseconds between two requests; 0 means no requests. */
  get interval(): number {
    return this.#interval;
  }

  /**
   * @throws TypeError or RangeError unless it is an integer from 0 to 2^31 - 1; the message names the device's property
   */
  set interval(given: number) {
    const ms = check("statsInterval", INTERVAL_MS, given);
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
