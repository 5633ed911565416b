import type { Table } from "../options/index.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import { MAX_DELAY_MS } from "./serving/retry-timer.ts";
import type { Timer } from "./serving/retry-timer.ts";

/** The part of an AbortSignal that a wait uses. */
export interface WaitSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  /** Adds a listener for the abort. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Removes it. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Options of a method that waits for the guest. */
export interface WaitOptions {
  /** The longest time without progress, in milliseconds; Infinity for no limit. Default 10 000. */
  readonly timeout?: number;
  /** An AbortSignal. The wait then rejects with the signal's reason. */
  readonly signal?: WaitSignal;
}

/** The kind of every option of a wait. */
export const WAIT_OPTIONS: Table<WaitOptions> = {
  timeout: { integer: [[0, MAX_DELAY_MS]], orInfinity: true },
  signal: {
    members: {
      aborted: { needed: "boolean" },
      addEventListener: { needed: "function" },
      removeEventListener: { needed: "function" },
    },
  },
};

const TIMEOUT_MS = 10_000;

/**
 * Why a wait has ended without an answer:
 * - `"timeout"`: the guest has made no progress for the time that was allowed
 * - `"unavailable"`: no driver is running, or it did not take the feature
 * - `"superseded"`: the target was changed meanwhile
 * - `"reset"`, `"needs-reset"`, `"disposed"`: what happened to the device
 */
export type WaitFailure = "timeout" | "unavailable" | "superseded" | "reset" | "needs-reset" | "disposed";

/** The error of a wait that has ended without an answer. */
export class WaitError extends Error {
  override readonly name = "WaitError";
  readonly reason: WaitFailure;
  /** How much was in the balloon at that moment, in bytes. */
  readonly ballooned: number;

  /** @internal */
  constructor(message: string, reason: WaitFailure, ballooned: number) {
    super(message);
    this.reason = reason;
    this.ballooned = ballooned;
  }
}

/** What a wait is for. */
export interface Wait<Value> {
  /** Asks the guest. Called once, unless the signal is aborted already. What it throws ends the wait. */
  readonly ask: () => void;
  /** The events after which the answer may be there. They count as progress. */
  readonly events: readonly (keyof BalloonEvents)[];
  /**
   * Returns the answer if it is there. It gets the event and its value, or nothing right after the question. May throw a
   * WaitError.
   */
  readonly answer: (event?: keyof BalloonEvents, value?: unknown) => Value | undefined;
  /** Makes the error of a wait that cannot end. */
  readonly failure: (reason: WaitFailure) => WaitError;
}

/** Waits for answers of the guest. Every wait ends once, and then leaves no timer and no listener. */
export class Waits {
  readonly #events: Emitter<BalloonEvents>;
  readonly #timer: Timer;
  readonly #looks = new Set<() => void>();

  constructor(events: Emitter<BalloonEvents>, timer: Timer) {
    this.#events = events;
    this.#timer = timer;
  }

  /** Looks for the answers now, because something has changed without an event. */
  look(): void {
    for (const look of [...this.#looks]) look();
  }

  /** @throws (as a rejection) a WaitError, or the signal's reason */
  start<Value>({ timeout = TIMEOUT_MS, signal }: WaitOptions, wait: Wait<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      let cancelTimer: () => void = () => undefined;
      let ended = false;
      const end = (): void => {
        ended = true;
        cancelTimer();
        for (const each of undo) each();
      };
      const fail = (error: unknown): void => {
        end();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason of a signal may be anything
        reject(error);
      };
      const restartTimer = (): void => {
        cancelTimer();
        if (timeout !== Infinity && !ended)
          cancelTimer = this.#timer(() => {
            fail(wait.failure("timeout"));
          }, timeout);
      };
      const look = (event?: keyof BalloonEvents, value?: unknown): void => {
        if (ended) return;
        try {
          const answer = wait.answer(event, value);
          if (answer === undefined) return;
          end();
          resolve(answer);
        } catch (error) {
          fail(error);
        }
      };
      const aborted = (): void => {
        fail(signal!.reason);
      };

      if (signal?.aborted === true) {
        aborted();
        return;
      }
      restartTimer();
      signal?.addEventListener("abort", aborted);
      undo.push(() => signal?.removeEventListener("abort", aborted));
      for (const event of wait.events)
        undo.push(
          this.#events.on(event, (value) => {
            look(event, value);
            restartTimer();
          }),
        );
      for (const reason of ["needs-reset", "disposed"] as const)
        undo.push(
          this.#events.on(reason, () => {
            fail(wait.failure(reason));
          }),
        );
      const again = (): void => {
        look();
      };
      this.#looks.add(again);
      undo.push(() => this.#looks.delete(again));
      // Last, because the answer may come at once.
      try {
        wait.ask();
      } catch (error) {
        fail(error);
      }
      look();
    });
  }
}
