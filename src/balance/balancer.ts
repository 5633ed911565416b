/// <reference lib="esnext.disposable" preserve="true" />
import { background, surface } from "../balloon/index.ts";
import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import { readClaims, checkDevice } from "./check.ts";
import { BalancedGuest } from "./guest.ts";
import type { GuestClaims, GuestListener } from "./guest.ts";
import { committed, plan } from "./plan.ts";

/** Options of {@link createBalancer}. */
export interface BalancerOptions {
  /** How much of the host's memory all guests together may use, in bytes. */
  readonly budgetBytes: number;
  /** Time between two rounds, in milliseconds: 1 to 2^31 - 1. Default 1000. */
  readonly intervalMs?: number;
  /**
   * Called if a device threw during a round because of the host. The guest is left alone in that round. Default:
   * nothing is done.
   */
  readonly onError?: (error: unknown, device: Balloon) => void;
}

/** The kind of every option of {@link createBalancer}. */
export const BALANCER_OPTIONS: Table<BalancerOptions> = {
  budgetBytes: { needed: { integer: [[1, Number.MAX_SAFE_INTEGER]] } },
  // The longest delay of a timer. A larger delay would fire at once.
  intervalMs: { integer: [[1, 2 ** 31 - 1]] },
  onError: "function",
};

/** Keeps guests within a common budget by means of their balloons: see {@link createBalancer}. */
export interface Balancer {
  /**
   * Adds a guest. Its device needs stats, and should have `deflateOnOom` as a safety net for growth within a round.
   * Returns a function that removes the guest and leaves its balloon unchanged. A guest leaves by itself if its device
   * is disposed of. The balancer does not keep a machine alive.
   * @throws TypeError unless it gets a Balloon and claims of the right kind; RangeError for a device that is disposed
   * of or already in this balancer, a minimum larger than guest memory, or a weight out of range; Error after `dispose`
   */
  add(device: Balloon, claims?: GuestClaims): () => void;
  /**
   * Guest memory, in bytes, that is not in balloons or should not stay there. This is the amount that the budget
   * limits.
   */
  readonly committedBytes: number;
  /**
   * Moves the balloons according to the last statistics of the guests, and asks for new ones. The timer calls this.
   * Never throws.
   */
  round(): void;
  /** Removes all guests and stops the rounds. A second call does nothing. */
  dispose(): void;
  /** Whether `dispose` was called. */
  readonly disposed: boolean;
  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Makes a balancer, which keeps many guests in one process within a memory budget. It regularly asks them how much
 * memory they have available, and moves memory from guests that can spare it to guests that run short. If a guest does
 * not give what it was asked for within five rounds, other guests are asked instead; they get it back when that guest
 * gives it.
 *
 * The timer runs while there are guests. It does not keep a Node process alive; running guests do.
 * @throws TypeError for options of a wrong kind or an unknown name, RangeError for values out of range
 */
export function createBalancer(options: BalancerOptions): Balancer {
  const {
    budgetBytes,
    intervalMs = 1000,
    onError,
  } = readOptions("createBalancer", BALANCER_OPTIONS, options);
  return new GuestBalancer(budgetBytes, intervalMs, onError);
}

class GuestBalancer implements Balancer {
  disposed = false;
  readonly #budget: number;
  readonly #interval: number;
  readonly #guests = new Set<BalancedGuest>();
  readonly #listener: GuestListener;
  #stop: (() => void) | undefined;
  #inRound = false;

  constructor(budgetBytes: number, intervalMs: number, onError: BalancerOptions["onError"]) {
    this.#budget = Math.floor(budgetBytes / FRAME_BYTES);
    this.#interval = intervalMs;
    this.#listener = {
      gone: (guest) => {
        this.#remove(guest);
      },
      failed: (error, device) => {
        tell(onError, error, device);
      },
    };
  }

  add(device: Balloon, claims?: GuestClaims): () => void {
    checkDevice(device);
    if (this.disposed) throw new Error("Balancer: used after dispose");
    const read = readClaims(claims, device.frames);
    if ([...this.#guests].some((guest) => guest.is(device)))
      throw new RangeError("device: expected one that is not in this balancer, got one that is");
    return this.#take(new BalancedGuest(device, read, this.#listener));
  }

  get committedBytes(): number {
    const frames = [...this.#guests].map(({ account }) => committed(account));
    return frames.reduce((sum, each) => sum + each, 0) * FRAME_BYTES;
  }

  round(): void {
    // Moving a balloon runs code of the host, which may ask for a round.
    if (this.#inRound) return;
    this.#inRound = true;
    this.#move();
    this.#inRound = false;
  }

  dispose(): void {
    this.disposed = true;
    for (const guest of this.#guests) this.#remove(guest);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #take(guest: BalancedGuest): () => void {
    if (guest.gone) {
      guest.leave();
      throw new RangeError("device: expected one in use, got one that is disposed of");
    }
    this.#guests.add(guest);
    this.#stop ??= background(() => {
      this.round();
    }, this.#interval);
    guest.ask();
    return () => {
      this.#remove(guest);
    };
  }

  #move(): void {
    for (const guest of this.#guests) if (guest.gone) this.#remove(guest);
    const guests = [...this.#guests];
    for (const guest of guests) guest.look();
    const steps = plan(
      guests.map(({ account }) => account),
      this.#budget,
    );
    guests.forEach((guest, i) => {
      // The guest may have been removed meanwhile, by a listener or an interrupt of another guest.
      if (this.#guests.has(guest)) guest.move(steps[i]!);
    });
  }

  #remove(guest: BalancedGuest): void {
    guest.leave();
    this.#guests.delete(guest);
    if (this.#guests.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }
}

/** Calls the host's error handler. An error in the handler is not lost and does not end the round. */
function tell(handler: BalancerOptions["onError"], error: unknown, device: Balloon): void {
  try {
    handler?.(error, device);
  } catch (own) {
    surface(own);
  }
}
