/** A guest as it is now, in bytes. */
export interface Holdings {
  /** Guest memory. */
  readonly memory: number;
  readonly target: number;
  readonly ballooned: number;
  /** What the guest says it could use without swapping. */
  readonly available: number;
}

/** By how much of the reserve a guest may be off before its target moves: else each statistic would move it. */
const SLACK = 1 / 4;

/**
 * The next target: the guest keeps `reserve` bytes available and gives the rest. A balloon that is still on its way up is
 * not asked for more; one that is too large shrinks at once. Pure.
 */
export function nextTarget({ memory, target, ballooned, available }: Holdings, reserve: number): number {
  const spare = available - reserve;
  const off = Math.abs(spare) > SLACK * reserve;
  const rising = ballooned < target;
  if (spare > 0 && rising) return target;
  // A guest that has taken pages by itself, which DEFLATE_ON_OOM allows, keeps them.
  const wanted = off ? ballooned + spare : ballooned;
  return Math.max(0, Math.min(wanted, memory - reserve));
}
