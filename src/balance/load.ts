/** What the balancer knows of one guest. All numbers but the weight are 4 KiB frames. */
export interface GuestLoad {
  /** Guest memory. */
  readonly frames: number;
  /** What its balloon is asked to hold, and what it holds. */
  readonly target: number;
  readonly ballooned: number;
  /**
   * Memory the guest can do without: what it says is available, and its balloon at that moment. Undefined as long as
   * it has not said; such a guest is left alone.
   */
  readonly unused: number | undefined;
  /** What the guest always keeps. Default 0; nobody is left with less than a 16th of its memory anyway. */
  readonly minimum?: number;
  /** Guests with a larger weight give less and get more: from 1/1000 to 1000. Default 1. */
  readonly weight?: number;
  /** What is no longer expected of the frames it was asked for and does not hold. Default 0. */
  readonly stalled?: number;
}

/** A load, and what the guest gives in place of others that have stalled, as part of its target. */
export interface Account extends GuestLoad {
  readonly lent?: number;
}

/** An account whose numbers are whole, complete, and possible. */
export interface Guest extends Required<Account> {
  /** The largest target it may have. */
  readonly most: number;
}

/** A guest with less than this share of its memory available gets some… */
export const LOW: number = 1 / 16;
/** … until it has this much, and nobody is left with less for another. Twice as much, so that nothing swings. */
export const RESERVE: number = 1 / 8;

/** Weights are at most this, and at least its inverse. */
export const MOST_WEIGHT = 1000;
/** Frames have 32 bits in the device. */
const MOST_FRAMES = 2 ** 32 - 1;

/** Makes an account possible whatever its numbers are, since a guest has a say in them. */
export function guestOf(account: Account): Guest {
  const { unused, weight = 1 } = account;
  const frames = within(account.frames, MOST_FRAMES);
  const most = frames - Math.ceil(Math.max(LOW * frames, within(account.minimum, frames)));
  const target = within(account.target, most);
  const ballooned = within(account.ballooned, frames);
  return {
    frames,
    most,
    target,
    ballooned,
    unused: unused === undefined || Number.isNaN(unused) ? undefined : within(unused, frames),
    minimum: frames - most,
    weight: weight > 0 ? Math.min(Math.max(weight, 1 / MOST_WEIGHT), MOST_WEIGHT) : 1,
    stalled: within(account.stalled, Math.max(0, target - ballooned)),
    lent: within(account.lent, target),
  };
}

function within(value = 0, most: number): number {
  return value > 0 ? Math.min(Math.trunc(value), most) : 0;
}
