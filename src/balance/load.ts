/** What the balancer knows about one guest. All numbers except the weight are 4 KiB frames. */
export interface GuestLoad {
  /** Size of guest memory. */
  readonly frames: number;
  /** The target of its balloon, and what is in the balloon. */
  readonly target: number;
  readonly ballooned: number;
  /**
   * Memory that the guest can do without: what it says is available, plus its balloon at that moment. Undefined until
   * the guest has said so; until then it is left alone.
   */
  readonly unused: number | undefined;
  /** The amount that the guest always keeps. Default 0; every guest keeps a 16th of its memory anyway. */
  readonly minimum?: number;
  /** Guests with a larger weight give less and get more: from 1/1000 to 1000. Default 1. */
  readonly weight?: number;
  /** Frames of the target that are not in the balloon and no longer expected. Default 0. */
  readonly stalled?: number;
}

/** A load, and the part of its target that the guest gives in place of stalled guests. */
export interface Account extends GuestLoad {
  readonly lent?: number;
}

/** An account whose numbers are complete, whole, and possible. */
export interface Guest extends Required<Account> {
  /** The largest target that the guest may have. */
  readonly most: number;
}

/** A guest that has less than this share of its memory available gets more… */
export const LOW: number = 1 / 16;
/**
 * … until it has this share available. No guest gives memory to another if that leaves it with less. The share is twice
 * as large as the other one, so that memory does not move back and forth.
 */
export const RESERVE: number = 1 / 8;

/** The largest weight. The smallest is its inverse. */
export const MOST_WEIGHT = 1000;
/** Frame numbers in the device have 32 bits. */
const MOST_FRAMES = 2 ** 32 - 1;

/** Corrects an account with impossible numbers, because some of them come from the guest. */
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
