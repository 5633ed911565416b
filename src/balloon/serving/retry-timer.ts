/**
 * Calls `callback` after `delay` milliseconds. Returns a function that cancels it. An emulator may provide its own
 * clock.
 */
export type Timer = (callback: () => void, delay: number) => () => void;

/**
 * The longest delay of a timer in milliseconds, 2^31 - 1. A larger delay would fire at once. Not a power, which bundlers
 * keep, with the options that have it, even if no device is used.
 */
export const MAX_DELAY_MS = 0x7fffffff;

export const realTimer: Timer = (callback, delay) => {
  const id = setTimeout(callback, delay);
  return () => {
    clearTimeout(id);
  };
};

/**
 * Attempts for one withheld acknowledgement before the device gives up: after 1, 2, 4 … 512 ms, about a second in
 * total.
 */
const MAX_ATTEMPTS = 10;

/** Exponential backoff with a limit. */
export class RetryTimer {
  /** Whether an attempt fell due and could not be made. {@link plan} and {@link cancel} end that. */
  due = false;
  readonly #timer: Timer;
  readonly #retry: () => void;
  #cancel: (() => void) | undefined;

  constructor(timer: Timer, retry: () => void) {
    this.#timer = timer;
    this.#retry = retry;
  }

  /** Schedules the next attempt after `attempts` attempts. Returns false if there have been enough. */
  plan(attempts: number): boolean {
    this.cancel();
    if (attempts > MAX_ATTEMPTS) return false;
    this.#cancel = this.#timer(this.#retry, 2 ** (attempts - 1));
    return true;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.due = false;
  }
}
