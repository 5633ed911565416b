import fc from "fast-check";
import type { PoisonedPages } from "../../../src/balloon/index.ts";
import type { LockFailureAction } from "../../../src/lock/index.ts";
import type { DeviceClass } from "../../../src/negotiation/index.ts";
import { Feature } from "../../../src/negotiation/index.ts";
import { NO_TROUBLE } from "../../lock/flaky-host.ts";
import type { Trouble } from "../../lock/flaky-host.ts";

/** Guest memory: pages that the driver gives and takes, then room for its rings and buffers. */
export const PAGES = 12;
export const FRAMES = 100;

export const SILENT_DEFLATE = 50;
/** A bit that no device offers. */
export const UNKNOWN = 24;

/** The options of the machine. */
export interface Setup {
  readonly silentDeflate: DeviceClass;
  readonly silentDeflateBit: number | undefined;
  readonly pinned: boolean;
  readonly poisonedPages: PoisonedPages;
}

export const setups: fc.Arbitrary<Setup> = fc.record({
  silentDeflate: fc.constantFrom<DeviceClass>("never", "optional", "always"),
  silentDeflateBit: fc.constantFrom(undefined, SILENT_DEFLATE),
  // Most of what can go wrong goes wrong with locks.
  pinned: fc.constantFrom(true, true, true, false),
  poisonedPages: fc.constantFrom<PoisonedPages>("skip", "fill"),
});

/** What a driver takes of the offer, and how it starts. */
export interface DriverChoice {
  readonly without: readonly number[];
  /** Takes a bit that was not offered. */
  readonly greedy: boolean;
  readonly size: 8 | 16;
  /** Says DRIVER_OK at once. */
  readonly ready: boolean;
}

const leftOut = fc.subarray([
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_POISON,
  Feature.PAGE_REPORTING,
  Feature.RING_EVENT_IDX,
  Feature.RING_RESET,
  SILENT_DEFLATE,
]);

/** Mostly drivers that tell, because locks are for them. */
export const choices: fc.Arbitrary<DriverChoice> = fc.record({
  without: fc.oneof(
    { weight: 6, arbitrary: fc.constant([SILENT_DEFLATE]) },
    { weight: 3, arbitrary: fc.constant([SILENT_DEFLATE, Feature.RING_EVENT_IDX]) },
    { weight: 5, arbitrary: leftOut },
    { weight: 1, arbitrary: fc.constant([Feature.VERSION_1]) },
  ),
  greedy: fc.nat(15).map((n) => n === 15),
  size: fc.constantFrom(8, 16),
  ready: fc.nat(3).map((n) => n < 3),
});

/** How the host fails from now on, and how the embedder answers. */
export interface HostMood {
  readonly trouble: Trouble;
  readonly answer: LockFailureAction;
}

export const CALM: HostMood = { trouble: NO_TROUBLE, answer: "degrade" };

const page = fc.integer({ min: 1, max: PAGES - 1 });
const badFrames = fc.array(page, { maxLength: 6 }).map((frames) => new Set(frames));

export const moods: fc.Arbitrary<HostMood> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(CALM) },
  {
    weight: 3,
    arbitrary: fc.record({
      trouble: fc.record({ unlock: badFrames, lock: badFrames, discard: badFrames, throws: fc.boolean() }),
      answer: fc.constantFrom<LockFailureAction>(
        "degrade",
        "withhold",
        "withhold",
        "withhold",
        "needs-reset",
      ),
    }),
  },
);

/** PFNs from 1 on, because pairs with a 0 would be 8-byte PFNs of Windows. Some are out of range. */
export const batches: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: page },
    { weight: 1, arbitrary: fc.constantFrom(FRAMES, 0x80000000, 0xffffffff) },
  ),
  { minLength: 1, maxLength: 8 },
);

/** Bytes of guest memory. */
export interface Range {
  readonly address: number;
  readonly bytes: number;
}

/** Whole pages mostly; others begin or end inside a page. */
export const ranges: fc.Arbitrary<Range[]> = fc.array(
  fc
    .record({ first: page, half: fc.constantFrom(0, 0, 0, 2048), pages: fc.integer({ min: 1, max: 4 }) })
    .map(({ first, half, pages }) => ({
      address: 4096 * first + half,
      bytes: 4096 * Math.min(pages, PAGES - first) - half,
    })),
  { minLength: 1, maxLength: 3 },
);
