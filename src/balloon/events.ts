import { check } from "../options/index.ts";
import type { LockFailure } from "../lock/index.ts";
import type { Outcome } from "../negotiation/index.ts";
import type { GuestFault } from "./guest-faults.ts";
import type { GuestStats } from "./queues/stats.ts";
import { surface } from "./surface.ts";

/** A batch from the guest, after it took effect. Frames are 4 KiB page frames. */
export interface BatchEvent {
  /** PFNs in the batch. */
  readonly pfns: number;
  /** Frames that entered or left the balloon. */
  readonly changed: number;
  /** Frames in the balloon after the batch. */
  readonly balloonedFrames: number;
}

/** Pages that the guest reported or hinted as free. */
export interface FreePagesEvent {
  readonly ranges: number;
  readonly frames: number;
}

/** The events of a `Balloon`. Every listener gets one argument. */
export interface BalloonEvents {
  /** The driver has chosen its features. */
  negotiated: Outcome;
  inflate: BatchEvent;
  deflate: BatchEvent;
  report: FreePagesEvent;
  hint: FreePagesEvent;
  /**
   * A hinting run is over, because it finished, or because the device was reset or stopped. The value is the number of
   * frames that the driver hinted.
   */
  "hint-done": number;
  /** New guest statistics arrived. */
  stats: GuestStats;
  /** The driver wrote `actual`. The value is the number of bytes it says it has given. */
  actual: number;
  /** A page that the guest takes back could not be locked. */
  "lock-failure": LockFailure;
  /** An acknowledgement is withheld until its frames are locked (true), or is no longer withheld (false). */
  withheld: boolean;
  "guest-fault": GuestFault;
  /** The device stopped. The value says why, in one sentence. */
  "needs-reset": string;
  reset: undefined;
  /** The device has ended. No event follows this one. */
  disposed: undefined;
}

/** The names of a device's events, each exactly once. */
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
 * Typed event listeners. Events wait until {@link flush}, when the device is consistent again: every chain is
 * returned, and every register has the value that the guest will read. A listener may therefore save the machine. A
 * listener that throws does not disturb the device; its error surfaces as an uncaught error.
 */
export class Emitter<Events extends object> {
  readonly #names: readonly string[] | undefined;
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();
  /**
   * Flat list of triples: the listeners of an event, one of these listeners, and its argument. The array is reused
   * because growing a new one is slower.
   */
  readonly #waiting: unknown[] = [];
  #filled = 0;
  #flushing = false;

  /**
   * @param names the names of all events, as keys; without it, any name is allowed
   * @throws TypeError if `names` is not an object
   */
  constructor(names?: Readonly<Record<keyof Events, unknown>>) {
    if (names !== undefined) check("names", "object", names);
    this.#names = names && Object.keys(names);
  }

  /**
   * Calls `listener` for every event `name`. Returns a function that removes the listener at once; events that still
   * wait are then not delivered to it.
   * @throws TypeError if the event does not exist or the listener is not a function
   */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    if (this.#names !== undefined) check("name", { oneOf: this.#names }, name);
    check("listener", "function", listener);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      // `hears` must be false again. The event may have new listeners by now, in another set.
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  /** Whether the event has listeners. The caller need not create events that have none. */
  hears(name: keyof Events): boolean {
    return this.#listeners.size > 0 && this.#listeners.has(name);
  }

  /** Queues an event for the next {@link flush}. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const listener of listeners) this.#wait(listeners, listener, value);
  }

  /** Calls the listeners for all queued events, in order, including events that the listeners cause. */
  flush(): void {
    if (this.#filled > 0) this.#tellAll();
  }

  /** Removes all listeners. */
  dispose(): void {
    this.#listeners.clear();
  }

  #tellAll(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // Events that a listener causes are appended to the end.
    for (let i = 0; i < this.#filled; i += 3) {
      const listener = this.#waiting[i + 1] as Listener;
      // The listener may have been removed in the meantime.
      if ((this.#waiting[i] as Set<Listener>).has(listener)) tell(listener, this.#waiting[i + 2]);
    }
    this.#waiting.fill(undefined, 0, this.#filled);
    this.#filled = 0;
    this.#flushing = false;
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
