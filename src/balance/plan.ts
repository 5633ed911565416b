/** What the balancer knows of one guest. All numbers are 4 KiB frames. */
export interface GuestLoad {
  /** Guest memory. */
  readonly frames: number;
  /** What its balloon is asked to hold, and what it holds. */
  readonly target: number;
  readonly held: number;
  /**
   * Memory the guest can do without: what it says is available, and its balloon at that moment. Undefined as long as
   * it has not said; such a guest is left alone.
   */
  readonly unused: number | undefined;
}

/** A guest with less than this share of its memory available gets some… */
const LOW = 1 / 16;
/** … until it has this much, and nobody is left with less for another. Twice as much, so that nothing swings. */
const RESERVE = 1 / 8;

/** Share of the budget that nobody uses before guests get back more than they need; half of it stays free then. */
const SURPLUS = 1 / 8;

/** Frames a guest uses, or may take without asking: what its balloon holds counts only as far as it shall stay there. */
export function committed({ frames, target, held }: GuestLoad): number {
  return frames - Math.min(held, target);
}

/**
 * New targets for all guests, in frames: one step towards every guest having what it needs within `budget` frames.
 *
 * A guest that is short gets only what is free already, so the guests together never get more than the budget because
 * of a plan; if that is not enough, guests that can spare it are asked for the rest, for the next plan to hand out. If
 * nobody can spare anything the budget is exceeded: no balloon makes working sets smaller.
 */
export function planTargets(guests: readonly GuestLoad[], budget: number): number[] {
  const room = budget - sum(guests.map(committed));
  const wants = guests.map(want);
  const demand = sum(wants);
  const takes = planTakes(guests, -room - sum(guests.map(coming)), demand);
  const grants = share(Math.min(room, demand), wants, Math.floor);
  const gifts = demand === 0 && room > SURPLUS * budget ? surplus(guests, room - (SURPLUS / 2) * budget) : [];
  return guests.map((guest, i) => start(guest) + takes[i]! - grants[i]! - (gifts[i] ?? 0));
}

/**
 * What each guest is asked for, when they use `excess` frames more than the budget (or less: then it is negative) and
 * others lack `demand`. For the budget guests may lose half of their reserve, for one another they do not.
 */
function planTakes(guests: readonly GuestLoad[], excess: number, demand: number): number[] {
  const takes = share(
    excess + demand,
    guests.map((guest) => spare(guest, RESERVE)),
    Math.ceil,
  );
  const more = share(
    excess - sum(takes),
    guests.map((guest, i) => spare(guest, LOW) - takes[i]!),
    Math.ceil,
  );
  return takes.map((frames, i) => frames + more[i]!);
}

/** Whether the guest will have too little left once its balloon is where it shall be. */
function isShort({ frames, target, unused }: GuestLoad): boolean {
  return unused !== undefined && unused - target < LOW * frames;
}

/** The largest balloon that leaves the guest a share of its memory available. */
function affordable({ frames, unused }: GuestLoad, share: number): number {
  return Math.max(0, Math.floor((unused ?? 0) - share * frames));
}

/** The target before anything is taken or granted: a guest that is short need not give what it has not given yet. */
function start(guest: GuestLoad): number {
  const { target, held } = guest;
  return isShort(guest) ? Math.min(target, Math.max(held, affordable(guest, RESERVE))) : target;
}

/** What a guest that is short must get back from its balloon. */
function want(guest: GuestLoad): number {
  return isShort(guest) ? Math.max(0, start(guest) - affordable(guest, RESERVE)) : 0;
}

/** What a guest could give beyond what it is asked for, and have a share of its memory available then. */
function spare(guest: GuestLoad, share: number): number {
  return guest.unused === undefined ? 0 : Math.max(0, affordable(guest, share) - guest.target);
}

/** What a guest has been asked for and will give. */
function coming(guest: GuestLoad): number {
  return isShort(guest) ? 0 : Math.max(0, guest.target - guest.held);
}

/** What is left over goes to the guests that have given, as much to each as it has. */
function surplus(guests: readonly GuestLoad[], frames: number): number[] {
  return share(
    frames,
    guests.map((guest) => (guest.unused === undefined ? 0 : start(guest))),
    Math.floor,
  );
}

/** Divides `amount` in proportion to `weights`, of which nobody gets more; nothing when there is nothing to divide. */
function share(amount: number, weights: readonly number[], round: (value: number) => number): number[] {
  const total = sum(weights);
  const part = total === 0 ? 0 : Math.min(1, Math.max(0, amount / total));
  return weights.map((weight) => Math.min(weight, round(part * weight)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
