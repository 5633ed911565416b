import { check } from "../options/index.ts";
import type { LockFailure } from "../lock/index.ts";
import type { Outcome } from "../negotiation/index.ts";
import type { GuestFault } from "./guest-faults.ts";
import type { GuestStats } from "./queues/stats.ts";

/** One batch the guest sent, after it took effect. Frames are 4 KiB page frames. */
export interface BatchEvent {
  /** PFNs in the batch. */
  readonly pfns: number;
  /** Frames that changed hands. */
  readonly changed: number;
  /** Frames in the balloon now. */
  readonly balloonedFrames: number;
}

/** Pages the guest reported or hinted as free. */
export interface FreePagesEvent {
  readonly ranges: number;
  readonly frames: number;
}

/** What a `Balloon` tells its host; every listener gets one argument. */
export interface BalloonEvents {
  /** The driver chose its features. */
  negotiated: Outcome;
  inflate: BatchEvent;
  deflate: BatchEvent;
  report: FreePagesEvent;
  hint: FreePagesEvent;
  /** A hinting run is over — finished, reset or stopped: how many frames the driver has hinted. */
  "hint-done": number;
  /** New guest statistics. */
  stats: GuestStats;
  /** The driver wrote `actual`, the bytes it says it has given. */
  actual: number;
  /** A page the guest takes back could not be locked. */
  "lock-failure": LockFailure;
  /** An acknowledgement is withheld (true) until its lock succeeds, or no longer (false). */
  withheld: boolean;
  "guest-fault": GuestFault;
  /** The device stopped: why, in one sentence. */
  "needs-reset": string;
  reset: undefined;
  /** The device has ended; this is its last event. */
  disposed: undefined;
}

/** The names of a device's events: every one, exactly once. */
export const BALLOON_EVENTS: Readonly<Record<keyof BalloonEvents, true>> = {
  negotiated: true,
  inflate: true,
  deflate: true,
  report: true,
  hint: true,
  "hint-done": true,
  stats: true,
  actual: true,
  "lock-failure": true,
  withheld: true,
  "guest-fault": true,
  "needs-reset": true,
  reset: true,
  disposed: true,
};

/**
 * Typed listeners. Events wait until {@link flush}, when the device is in order again — every chain returned, every
 * register as the guest will read it — because a listener may well save the machine. One that throws cannot disturb the
 * device: its error surfaces as an uncaught one.
 */
export class Emitter<Events extends object> {
  readonly #names: readonly string[] | undefined;
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();
  /** In turn: the listeners of an event, one of them, and what it is told. Kept, since growing one takes longer. */
  readonly #waiting: unknown[] = [];
  #filled = 0;
  #flushing = false;

  /**
   * @param names of all events, as keys; without them any name will do
   * @throws TypeError when `names` is no object
   */
  constructor(names?: Readonly<Record<keyof Events, unknown>>) {
    if (names !== undefined) check("names", "object", names);
    this.#names = names && Object.keys(names);
  }

  /**
   * Calls `listener` on every `name`; returns the function that stops it at once, also for what it is not told yet.
   * @throws TypeError for an event that does not exist, or a listener that is no function
   */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    if (this.#names !== undefined) check("name", { oneOf: this.#names }, name);
    check("listener", "function", listener);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Whether anybody listens: what nobody hears need not be made. */
  hears(name: keyof Events): boolean {
    return this.#listeners.has(name);
  }

  /** Keeps an event for the next {@link flush}. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const listener of listeners) this.#wait(listeners, listener, value);
  }

  /** Tells the listeners what has happened since the last time, in order, and what they cause meanwhile. */
  flush(): void {
    if (this.#flushing || this.#filled === 0) return;
    this.#flushing = true;
    // What a listener causes joins the end.
    for (let i = 0; i < this.#filled; i += 3) {
      const listener = this.#waiting[i + 1] as Listener;
      // It may have been stopped since.
      if ((this.#waiting[i] as Set<Listener>).has(listener)) tell(listener, this.#waiting[i + 2]);
    }
    this.#waiting.fill(undefined, 0, this.#filled);
    this.#filled = 0;
    this.#flushing = false;
  }

  /** Lets go of all listeners. */
  dispose(): void {
    this.#listeners.clear();
  }

  #wait(listeners: unknown, listener: unknown, value: unknown): void {
    this.#waiting[this.#filled] = listeners;
    this.#waiting[this.#filled + 1] = listener;
    this.#waiting[this.#filled + 2] = value;
    this.#filled += 3;
  }
}

type Listener = (value: unknown) => void;

function tell(listener: Listener, value: unknown): void {
  try {
    listener(value);
  } catch (error) {
    surface(error);
  }
}

/** Throws where nobody catches: an error of the host's own code is not lost, and does not reach the emulator's loop. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
