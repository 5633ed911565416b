import type { MemoryKind } from "../machine/settings.ts";

/** Where pages come from: a guest whose memory is plain or pinned, or a recording. */
export type PagesOf = MemoryKind | "recording";

interface StateInfo {
  readonly name: string;
  readonly label: string;
  /** What the state means for pages of each origin; without a meaning, such pages are never in it. */
  readonly says: Readonly<Partial<Record<PagesOf, string>>>;
}

const GUEST_SAYS = "In use, or free to use.";
const REPORTED_SAYS = "Named as free, and zeroed; may be in use again.";

/** The states of a page, in the order of the legend; a page is in exactly one of them. */
export const STATES: readonly StateInfo[] = [
  {
    name: "guest",
    label: "Guest’s",
    says: { plain: GUEST_SAYS, pinned: GUEST_SAYS, recording: GUEST_SAYS },
  },
  {
    name: "ballooned",
    label: "Ballooned",
    says: {
      plain: "The guest gave these pages to the host, which zeroed them.",
      pinned: "The guest gave these pages to the host, which still keeps them locked.",
      recording: "The guest gave these pages to the host.",
    },
  },
  {
    name: "unlocked",
    label: "Unlocked",
    says: { pinned: "Given, and no longer kept in RAM: the host unlocked and zeroed them." },
  },
  {
    name: "reported",
    label: "Reported",
    says: {
      plain: REPORTED_SAYS,
      pinned: REPORTED_SAYS,
      recording: "Named as free; may be in use again.",
    },
  },
  {
    name: "failed",
    label: "Lock failed",
    says: { pinned: "The guest’s again, but the host could not lock them." },
  },
];

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
