import { availableFrames } from "../balloon/index.ts";
import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import { Delivery } from "./delivery.ts";
import type { Account } from "./load.ts";
import type { Step } from "./plan.ts";

/** What a guest of a balancer may claim. */
export interface GuestClaims {
  /** Guest memory that the balancer never asks for, in bytes. Default 0; every guest keeps a 16th of its memory. */
  readonly minimumBytes?: number;
  /**
   * How much the guest counts, from 1/1000 to 1000. Of two that can spare as much, one with twice the weight is asked
   * for half; of two that need as much, it gets twice as much while it is scarce. Default 1.
   */
  readonly weight?: number;
}

export interface GuestListener {
  /** The guest can be balanced no longer. */
  readonly gone: (guest: BalancedGuest) => void;
  /** Its device threw. */
  readonly failed: (error: unknown, device: Balloon) => void;
}

/**
 * One guest, by its device. Nothing in here keeps the device alive, as its machine goes with it; nor does anything throw
 * that a device throws.
 */
export class BalancedGuest {
  readonly #device: WeakRef<Balloon>;
  /** By device, since what ends a listener holds all the device's listeners, and these the machine. */
  readonly #stops = new WeakMap<Balloon, readonly (() => void)[]>();
  readonly #delivery = new Delivery();
  readonly #listener: GuestListener;
  #account: Account;
  #unused: number | undefined;

  constructor(device: Balloon, claims: GuestClaims, listener: GuestListener) {
    const { minimumBytes = 0, weight = 1 } = claims;
    this.#device = new WeakRef(device);
    this.#listener = listener;
    this.#account = {
      frames: device.frames,
      target: 0,
      ballooned: 0,
      unused: undefined,
      minimum: Math.ceil(minimumBytes / FRAME_BYTES),
      weight,
      stalled: 0,
      lent: 0,
    };
    this.#stops.set(device, this.#listen(device));
  }

  /** Whether its device is disposed of, or collected. */
  get gone(): boolean {
    const device = this.#device.deref();
    return device === undefined || this.#try(({ disposed }) => disposed, false);
  }

  is(device: Balloon): boolean {
    return this.#device.deref() === device;
  }

  /** As it is now; of a device that throws: as it was last, and to be left alone. */
  get account(): Account {
    const unknown = { ...this.#account, unused: undefined };
    return this.#try((device) => {
      const target = device.target / FRAME_BYTES;
      const ballooned = device.ballooned / FRAME_BYTES;
      this.#account = { ...this.#account, target, ballooned, unused: this.#unused };
      return this.#account;
    }, unknown);
  }

  /** Begins a round. */
  look(): void {
    const { target, ballooned } = this.account;
    this.#account = { ...this.#account, stalled: this.#delivery.look(target, ballooned) };
  }

  /**
   * Sets the target also when it is the same, as long as the balloon is not there: Linux takes pages out by itself when
   * it runs out of memory, and puts none back until it is told of a change.
   */
  move({ target, lent }: Step): void {
    this.#try((device) => {
      const bytes = target * FRAME_BYTES;
      if (bytes !== device.target || bytes !== device.ballooned) device.target = bytes;
      this.#account = { ...this.#account, lent };
    }, undefined);
    this.ask();
  }

  /** Asks for statistics. */
  ask(): void {
    this.#try((device) => device.requestStats(), false);
  }

  leave(): void {
    const device = this.#device.deref();
    if (device === undefined) return;
    this.#stops.get(device)?.forEach((stop) => {
      stop();
    });
    this.#stops.delete(device);
  }

  /** The listeners know the guest alone: see {@link BalancedGuest.leave}. */
  #listen(device: Balloon): (() => void)[] {
    const forget = (): void => {
      this.#unused = undefined;
    };
    return [
      device.on("stats", (stats) => {
        this.#try(({ frames, ballooned }) => {
          const given = ballooned / FRAME_BYTES;
          const available = availableFrames(stats, frames - given);
          if (available !== undefined) this.#unused = available + given;
        }, undefined);
      }),
      device.on("reset", forget),
      device.on("needs-reset", forget),
      device.on("disposed", () => {
        this.#listener.gone(this);
      }),
    ];
  }

  #try<Result>(call: (device: Balloon) => Result, otherwise: Result): Result {
    const device = this.#device.deref();
    if (device === undefined) return otherwise;
    try {
      return call(device);
    } catch (error) {
      this.#listener.failed(error, device);
      return otherwise;
    }
  }
}
