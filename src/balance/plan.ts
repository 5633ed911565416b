import { guestOf, LOW, RESERVE } from "./load.ts";
import type { Account, Guest, GuestLoad } from "./load.ts";
import { share, sum } from "./share.ts";
import type { Claim } from "./share.ts";

/** Share of the budget that nobody uses before guests get back more than they need; half of it stays free then. */
const SURPLUS = 1 / 8;

/** What is next for a guest, in frames. */
export interface Step {
  readonly target: number;
  /** As much of the target is in place of guests that have stalled: {@link Account.lent} of the next plan. */
  readonly lent: number;
}

/**
 * New targets for all guests, in frames: one step towards every guest having what it needs within `budget` frames.
 *
 * A guest that is short gets only what is free already, so the guests together never get more than the budget because
 * of a plan; if that is not enough, guests that can spare it are asked for the rest, for the next plan to hand out. If
 * nobody can spare anything the budget is exceeded: no balloon makes working sets smaller. What a guest must keep comes
 * before the budget.
 *
 * A target is an integer that leaves the guest its minimum and a 16th of its memory, whatever numbers a load has.
 * @throws RangeError when the budget is NaN
 */
export function planTargets(guests: readonly GuestLoad[], budget: number): number[] {
  if (Number.isNaN(budget)) throw new RangeError("budget: expected a number of frames, got NaN");
  return plan(guests, budget).map(({ target }) => target);
}

/** `planTargets`, which besides keeps account of what guests give in place of others. */
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

/** Frames a guest uses, or may take without asking: what its balloon holds counts only as far as it shall stay there. */
export function committed(load: GuestLoad): number {
  return use(guestOf(load));
}

function use({ frames, target, ballooned }: Guest): number {
  return frames - Math.min(ballooned, target);
}

/**
 * What each guest is asked for, when they use `excess` frames more than the budget (or less: then it is negative) and
 * others lack `demand`. For the budget guests may lose half of their reserve, for one another they do not.
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

/** Divides what is asked for: of two guests that can spare the same, one with twice the weight gives half as much. */
function ask(guests: readonly Guest[], frames: number, spares: readonly number[]): number[] {
  return share(
    frames,
    guests.map(({ weight }, i) => ({ most: spares[i]!, weight: 1 / weight })),
    Math.ceil,
  );
}

/** What guests gave in place of others goes back as these deliver, and as far as it is free. */
function planReturns(guests: readonly Guest[], room: number, grants: readonly number[]): number[] {
  const owed = sum(guests.map(({ lent }) => lent)) - missing(guests);
  const most = guests.map((guest, i) => Math.min(guest.lent, start(guest) - grants[i]!));
  return share(Math.min(room, owed), claims(guests, most), Math.floor);
}

/** What each gives in place of others after this step: of what is asked now, as much as is not yet made up for. */
function lend(guests: readonly Guest[], takes: readonly number[], returns: readonly number[]): number[] {
  const open = missing(guests) - sum(guests.map(({ lent }) => lent));
  const more = share(
    open,
    takes.map((most) => ({ most, weight: 1 })),
    Math.floor,
  );
  return guests.map(({ lent }, i) => lent - returns[i]! + more[i]!);
}

/** What guests were asked for and is not expected of them any more. */
function missing(guests: readonly Guest[]): number {
  return sum(guests.map(({ stalled }) => stalled));
}

/** Whether the guest will have too little left once its balloon is where it shall be. */
function isShort({ frames, target, unused }: Guest): boolean {
  return unused !== undefined && unused - target < LOW * frames;
}

/** The largest balloon that leaves the guest its minimum, and a share of its memory available. */
function affordable({ frames, most, unused }: Guest, share: number): number {
  return Math.max(0, Math.min(most, Math.floor((unused ?? 0) - share * frames)));
}

/** The target before anything is taken or granted: a guest that is short need not give what it has not given yet. */
function start(guest: Guest): number {
  const { target, ballooned } = guest;
  return isShort(guest) ? Math.min(target, Math.max(ballooned, affordable(guest, RESERVE))) : target;
}

/** What a guest that is short must get back from its balloon. */
function want(guest: Guest): number {
  return isShort(guest) ? Math.max(0, start(guest) - affordable(guest, RESERVE)) : 0;
}

/**
 * What a guest could give beyond what it is asked for, and have a share of its memory available then. One that does not
 * give what it is asked for already is not asked for more.
 */
function spare(guest: Guest, share: number): number {
  if (guest.unused === undefined || guest.stalled > 0) return 0;
  return Math.max(0, affordable(guest, share) - guest.target);
}

/** What a guest has been asked for and will give. */
function coming(guest: Guest): number {
  return isShort(guest) ? 0 : Math.max(0, guest.target - guest.ballooned - guest.stalled);
}

/** What is left over goes to the guests that have given, as much to each as it has. */
function surplus(guests: readonly Guest[], frames: number, returns: readonly number[]): number[] {
  const given = guests.map((guest, i) => (guest.unused === undefined ? 0 : start(guest) - returns[i]!));
  return share(frames, claims(guests, given), Math.floor);
}

function claims(guests: readonly Guest[], most: readonly number[]): Claim[] {
  return guests.map(({ weight }, i) => ({ most: most[i]!, weight }));
}
