import { guestOf, LOW, RESERVE } from "./load.ts";
import type { Account, Guest, GuestLoad } from "./load.ts";
import { share, sum } from "./share.ts";
import type { Claim } from "./share.ts";

/**
 * If more than this share of the budget is unused, guests get back more than they need; half of it stays unused then.
 */
const SURPLUS = 1 / 8;

/** The next step for a guest, in frames. */
export interface Step {
  readonly target: number;
  /** The part of the target that is in place of stalled guests: {@link Account.lent} of the next plan. */
  readonly lent: number;
}

/**
 * Computes new targets for all guests, in frames: one step towards a state in which every guest has what it needs
 * within `budget` frames.
 *
 * A guest that is short gets only memory that is already free, so a plan never makes the guests exceed the budget. If
 * that is not enough, guests that can spare memory are asked for the rest, which the next plan hands out. If no guest
 * can spare any, the budget is exceeded, because a balloon cannot make working sets smaller. The minimum of a guest
 * takes precedence over the budget.
 *
 * A target is an integer that leaves the guest its minimum and a 16th of its memory, whatever the numbers in its load
 * are.
 * @throws RangeError if the budget is NaN
 */
export function planTargets(guests: readonly GuestLoad[], budget: number): number[] {
  if (Number.isNaN(budget)) throw new RangeError("budget: expected a number of frames, got NaN");
  return plan(guests, budget).map(({ target }) => target);
}

/** Does the work of `planTargets`, and also tracks what guests give in place of others. */
export function plan(accounts: readonly Account[], budget: number): Step[] {
  const guests = accounts.map(guestOf);
  const room = budget - sum(guests.map(use));
  const wants = guests.map(want);
  const demand = sum(wants);
  const takes = planTakes(guests, -room - sum(guests.map(coming)), demand);
  const grants = share(Math.min(room, demand), claims(guests, wants), Math.floor);
  const returns = planReturns(guests, room - sum(grants), grants);
  const left = room - sum(returns);
  const gifts =
    demand === 0 && left > SURPLUS * budget ? surplus(guests, left - (SURPLUS / 2) * budget, returns) : [];
  const lent = lend(guests, takes, returns);
  return guests.map((guest, i) => {
    const target = start(guest) + takes[i]! - grants[i]! - returns[i]! - (gifts[i] ?? 0);
    return { target, lent: Math.min(lent[i]!, target) };
  });
}

/**
 * Frames that a guest uses or may take without asking. Frames in its balloon are excluded only if they should stay
 * there.
 */
export function committed(load: GuestLoad): number {
  return use(guestOf(load));
}

function use({ frames, target, ballooned }: Guest): number {
  return frames - Math.min(ballooned, target);
}

/**
 * Computes how much each guest is asked for. The guests use `excess` frames more than the budget (negative if less),
 * and other guests lack `demand` frames. Guests may lose half of their reserve for the budget, but none of it for
 * another guest.
 */
function planTakes(guests: readonly Guest[], excess: number, demand: number): number[] {
  const takes = ask(
    guests,
    excess + demand,
    guests.map((guest) => spare(guest, RESERVE)),
  );
  const more = ask(
    guests,
    excess - sum(takes),
    guests.map((guest, i) => spare(guest, LOW) - takes[i]!),
  );
  return takes.map((frames, i) => frames + more[i]!);
}

/**
 * Divides the requested frames: if two guests can spare the same amount, one with twice the weight gives half as much.
 */
function ask(guests: readonly Guest[], frames: number, spares: readonly number[]): number[] {
  return share(
    frames,
    guests.map(({ weight }, i) => ({ most: spares[i]!, weight: 1 / weight })),
    Math.ceil,
  );
}

/** Computes what guests get back that gave in place of others, as those deliver and as far as memory is free. */
function planReturns(guests: readonly Guest[], room: number, grants: readonly number[]): number[] {
  const owed = sum(guests.map(({ lent }) => lent)) - missing(guests);
  const most = guests.map((guest, i) => Math.min(guest.lent, start(guest) - grants[i]!));
  return share(Math.min(room, owed), claims(guests, most), Math.floor);
}

/**
 * Computes what each guest gives in place of others after this step: the part of the current requests that is not made
 * up for yet.
 */
function lend(guests: readonly Guest[], takes: readonly number[], returns: readonly number[]): number[] {
  const open = missing(guests) - sum(guests.map(({ lent }) => lent));
  const more = share(
    open,
    takes.map((most) => ({ most, weight: 1 })),
    Math.floor,
  );
  return guests.map(({ lent }, i) => lent - returns[i]! + more[i]!);
}

/** The total that guests were asked for and that is no longer expected. */
function missing(guests: readonly Guest[]): number {
  return sum(guests.map(({ stalled }) => stalled));
}

/** Whether the guest will have too little memory left when its balloon reaches the target. */
function isShort({ frames, target, unused }: Guest): boolean {
  return unused !== undefined && unused - target < LOW * frames;
}

/** The largest balloon that leaves the guest its minimum and this share of its memory available. */
function affordable({ frames, most, unused }: Guest, share: number): number {
  return Math.max(0, Math.min(most, Math.floor((unused ?? 0) - share * frames)));
}

/** The target before anything is taken or granted. A guest that is short need not give what it has not given yet. */
function start(guest: Guest): number {
  const { target, ballooned } = guest;
  return isShort(guest) ? Math.min(target, Math.max(ballooned, affordable(guest, RESERVE))) : target;
}

/** The amount that a guest must get back from its balloon if it is short. */
function want(guest: Guest): number {
  return isShort(guest) ? Math.max(0, start(guest) - affordable(guest, RESERVE)) : 0;
}

/**
 * The amount that a guest can give beyond its target with this share of its memory still available. A guest that does
 * not reach its current target is not asked for more.
 */
function spare(guest: Guest, share: number): number {
  if (guest.unused === undefined || guest.stalled > 0) return 0;
  return Math.max(0, affordable(guest, share) - guest.target);
}

/** The amount that a guest was asked for and is still expected to give. */
function coming(guest: Guest): number {
  return isShort(guest) ? 0 : Math.max(0, guest.target - guest.ballooned - guest.stalled);
}

/** Divides the rest among the guests that have given memory, in proportion to what each has given. */
function surplus(guests: readonly Guest[], frames: number, returns: readonly number[]): number[] {
  const given = guests.map((guest, i) => (guest.unused === undefined ? 0 : start(guest) - returns[i]!));
  return share(frames, claims(guests, given), Math.floor);
}

function claims(guests: readonly Guest[], most: readonly number[]): Claim[] {
  return guests.map(({ weight }, i) => ({ most: most[i]!, weight }));
}
