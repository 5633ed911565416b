/** The states of a page, in the order of the legend; a page is in exactly one of them. */
export const STATES = [
  { name: "guest", label: "Guest’s", says: "in use by the guest, or free for it to use" },
  { name: "ballooned", label: "Ballooned", says: "given, but still locked on the host" },
  { name: "unlocked", label: "Unlocked", says: "given, unlocked and discarded" },
  {
    name: "reported",
    label: "Reported",
    says: "reported free and discarded; the guest may have reused it since",
  },
  { name: "failed", label: "Lock failed", says: "the guest’s again, but the host could not lock it" },
] as const;

export const State = { GUEST: 0, BALLOONED: 1, UNLOCKED: 2, REPORTED: 3, FAILED: 4 } as const;

/** Pages of a guest: one byte for each frame, an index of {@link STATES}. */
export type PageStates = Uint8Array;

/** How many pages are in each state. */
export function countStates(pages: PageStates): number[] {
  const counts = STATES.map(() => 0);
  for (const state of pages) counts[state]!++;
  return counts;
}

/** Puts the runs of [first, frames] pairs into `state`. */
export function fillRuns(pages: PageStates, runs: Uint32Array, state: number): void {
  for (let i = 0; i < runs.length; i += 2) pages.fill(state, runs[i], runs[i]! + runs[i + 1]!);
}
