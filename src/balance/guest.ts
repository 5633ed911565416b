import { availableFrames } from "../balloon/index.ts";
import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { Delivery } from "./delivery.ts";
import type { Account } from "./load.ts";
import type { Step } from "./plan.ts";

/** What a guest of a balancer is entitled to. */
export interface GuestClaims {
  /**
   * Guest memory, in bytes, that the balancer never asks for. Default 0; every guest keeps a 16th of its memory anyway.
   */
  readonly minimumBytes?: number;
  /**
   * The priority of the guest, from 1/1000 to 1000. If two guests can spare the same amount, one with twice the
   * weight is asked for half as much. If two guests need the same amount and memory is scarce, one with twice the
   * weight gets twice as much. Default 1.
   */
  readonly weight?: number;
}

export interface GuestListener {
  /** Called when the guest can no longer be balanced. */
  readonly gone: (guest: BalancedGuest) => void;
  /** Called when its device threw. */
  readonly failed: (error: unknown, device: Balloon) => void;
}

/**
 * A guest, represented by its device. Nothing in this class keeps the device alive, because the device keeps its
 * machine alive. Nothing in this class throws an error of the device.
 */
export class BalancedGuest {
  readonly #device: WeakRef<Balloon>;
  /**
   * Keyed by the device: a function that removes a listener refers to all listeners of the device, and these to the
   * machine.
   */
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

  /** Whether the device is disposed of or was collected. */
  get gone(): boolean {
    const device = this.#device.deref();
    return device === undefined || this.#try(({ disposed }) => disposed, false);
  }

  is(device: Balloon): boolean {
    return this.#device.deref() === device;
  }

  /**
   * The guest's current numbers. If the device throws, these are its last numbers, marked so that the guest is left
   * alone.
   */
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
   * Sets the target. It is set even if it has not changed, as long as the balloon has not reached it: Linux takes pages
   * out by itself when it runs out of memory, and gives none back until it is told of a change.
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

  /** Adds listeners that refer only to the guest: see {@link BalancedGuest.leave}. */
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
