/** Calls `callback` after `delay` milliseconds; returns what cancels it. An emulator may bring its own clock. */
export type Timer = (callback: () => void, delay: number) => () => void;

export const realTimer: Timer = (callback, delay) => {
  const id = setTimeout(callback, delay);
  return () => {
    clearTimeout(id);
  };
};

/** Tries of one withheld acknowledgement before the device gives up: 1, 2, 4 … 512 ms, about a second in all. */
const MAX_ATTEMPTS = 10;

/** Exponential backoff with an end. */
export class RetryTimer {
  readonly #timer: Timer;
  readonly #retry: () => void;
  #cancel: (() => void) | undefined;

  constructor(timer: Timer, retry: () => void) {
    this.#timer = timer;
    this.#retry = retry;
  }

  /** Plans the next try after `attempts` tries. Returns false when there have been enough. */
  plan(attempts: number): boolean {
    this.cancel();
    if (attempts > MAX_ATTEMPTS) return false;
    this.#cancel = this.#timer(this.#retry, 2 ** (attempts - 1));
    return true;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
