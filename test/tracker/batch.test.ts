import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_BATCH, MAX_FRAMES, PageTracker } from "../../src/tracker/index.ts";
import { batches, frameCounts } from "./arbitraries.ts";
import { Model, expectSameSet, pfnsOf, readRuns, readStaged, runsOf, stage } from "./model.ts";

interface Step {
  readonly inflate: boolean;
  readonly pfns: number[];
}

function steps(frames: number): fc.Arbitrary<Step[]> {
  return fc.array(fc.record({ inflate: fc.boolean(), pfns: batches(frames) }), {
    minLength: 1,
    maxLength: 6,
  });
}

const sessions = frameCounts.chain((frames) =>
  fc.record({ frames: fc.constant(frames), steps: steps(frames) }),
);

describe("batches:", () => {
  test("plain batches count and change what the model says", () => {
    fc.assert(
      fc.property(sessions, ({ frames, steps }) => {
        const tracker = new PageTracker(frames);
        const model = new Model(frames);
        for (const { inflate, pfns } of steps) {
          const batch = Uint32Array.from(pfns);
          const result = inflate ? tracker.inflate(batch) : tracker.deflate(batch);
          const expected = inflate ? model.inflate(pfns) : model.deflate(pfns);
          expect(result).toEqual(expected.counts);
          expect(tracker.runs.length).toBe(0);
        }
        expectSameSet(tracker, model);
      }),
      { numRuns: 250 },
    );
  });

  test("staged batches also leave the changed runs, and the staged PFNs", () => {
    fc.assert(
      fc.property(sessions, ({ frames, steps }) => {
        const tracker = new PageTracker(frames);
        const model = new Model(frames);
        for (const { inflate, pfns } of steps) {
          const staged = stage(tracker, pfns);
          const result = inflate ? tracker.inflateStaged(staged) : tracker.deflateStaged(staged);
          const expected = inflate ? model.inflate(pfns) : model.deflate(pfns);
          expect(result).toEqual(expected.counts);
          expect(readRuns(tracker.runs)).toEqual(expected.runs);
          expect(readStaged(tracker, staged)).toEqual(pfns);
        }
        expectSameSet(tracker, model);
      }),
      { numRuns: 250 },
    );
  });

  test("inflating and deflating the same batch restores an empty set", () => {
    fc.assert(
      fc.property(
        frameCounts.chain((frames) => fc.tuple(fc.constant(frames), batches(frames))),
        ([frames, pfns]) => {
          const tracker = new PageTracker(frames);
          const { changed } = { ...tracker.inflate(Uint32Array.from(pfns)) };
          expect(tracker.deflate(Uint32Array.from(pfns)).changed).toBe(changed);
          expect(tracker.count).toBe(0);
          expect(tracker.next(0)).toBe(-1);
        },
      ),
    );
  });

  test("trackers do not disturb one another", () => {
    fc.assert(
      fc.property(steps(5000), steps(5000), (left, right) => {
        const pair = [left, right].map((todo) => ({
          todo,
          tracker: new PageTracker(5000),
          model: new Model(5000),
        }));
        for (let i = 0; i < Math.max(left.length, right.length); i++) {
          for (const { todo, tracker, model } of pair) {
            const pfns = todo[i]?.pfns ?? [];
            expect(tracker.inflateStaged(stage(tracker, pfns))).toEqual(model.inflate(pfns).counts);
          }
        }
        for (const { tracker, model } of pair) expectSameSet(tracker, model);
      }),
    );
  });

  test("a run of up to 64 frames is applied the same way at every place in a word", () => {
    // A separate PFN comes first, or the run would be taken for a sequence before it meets the 64-frame windows.
    const tracker = new PageTracker(1000);
    const present = Array.from({ length: 100 }, (_, i) => 3 * i);
    for (let first = 0; first < 64; first++) {
      for (let frames = 1; frames <= 64; frames++) {
        const run = pfnsOf(100 + first, frames);
        const pfns = [900, ...(frames % 2 === 0 ? run : run.reverse())];
        const model = new Model(1000);
        tracker.clear();
        tracker.inflate(Uint32Array.from(present));
        model.inflate(present);
        const expected = model.inflate(pfns);
        expect(tracker.inflateStaged(stage(tracker, pfns)).changed).toBe(expected.counts.changed);
        expect(tracker.runs.toArray().join()).toBe(expected.runs.join());
        expect(tracker.allRuns().join()).toBe(runsOf(model.set).join());
      }
    }
  });

  test("a fully staged batch in random order comes out sorted", () => {
    const pfns = shuffled(MAX_BATCH, 2 ** 20);
    const tracker = new PageTracker(2 ** 20);
    const expected = runsOf(pfns);
    expect(tracker.inflateStaged(stage(tracker, pfns)).changed).toBe(MAX_BATCH);
    expect(readRuns(tracker.runs)).toEqual(expected);
  });

  test.each([65, 512, 513, 2048, 2049, 5000])("%i scattered runs come out sorted", (length) => {
    // Every other frame: no two runs touch, so each sort has exactly this many.
    const pfns = shuffled(length, 2 ** 19).map((pfn) => 2 * pfn);
    const tracker = new PageTracker(2 ** 20);
    tracker.inflateStaged(stage(tracker, pfns));
    expect(readRuns(tracker.runs)).toEqual(runsOf(pfns));
    tracker.deflateStaged(stage(tracker, pfns.toReversed()));
    expect(readRuns(tracker.runs)).toEqual(runsOf(pfns));
  });

  test.each([64, 500, 1000, 5000])("%i runs come out sorted by all 32 bits of a PFN", (length) => {
    // The golden ratio of 2^32: no two of them are neighbours.
    const pfns = Array.from({ length }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0);
    const tracker = new PageTracker(MAX_FRAMES);
    expect(tracker.inflateStaged(stage(tracker, pfns)).changed).toBe(length);
    expect(readRuns(tracker.runs)).toEqual(runsOf(pfns));
  });

  test("a plain batch may be longer than the staging area", () => {
    const tracker = new PageTracker(2 ** 20);
    const pfns = Uint32Array.from({ length: 2 * MAX_BATCH + 5 }, (_, i) => (i * 7) % 2 ** 20);
    const model = new Model(2 ** 20);
    expect(tracker.inflate(pfns)).toEqual(model.inflate(pfns).counts);
    expect(tracker.inflate(pfns)).toEqual(model.inflate(pfns).counts);
    expectSameSet(tracker, model);
    expect(tracker.deflate(pfns)).toEqual(model.deflate(pfns).counts);
  });

  test("sequences that wrap past 2^32 stay out of range", () => {
    const tracker = new PageTracker(64);
    const down = Uint32Array.from({ length: 64 }, (_, i) => -i);
    expect(tracker.inflate(down)).toEqual({ changed: 1, redundant: 0, outOfRange: 63 });
    const up = Uint32Array.from({ length: 64 }, (_, i) => i - 32);
    expect(tracker.inflate(up)).toEqual({ changed: 31, redundant: 1, outOfRange: 32 });
    expect([...tracker.allRuns()]).toEqual([0, 32]);
  });

  test("frame 2^32 - 1 is out of range even for the largest tracker", () => {
    const tracker = new PageTracker(2 ** 32 - 1);
    const batch = Uint32Array.of(2 ** 32 - 2, 2 ** 32 - 1, 0, 1);
    expect(tracker.inflate(batch)).toEqual({ changed: 3, redundant: 0, outOfRange: 1 });
    expect([...tracker.allRuns()]).toEqual([0, 2, 2 ** 32 - 2, 1]);
  });
});

describe("stagedDuplicates", () => {
  test("counts the in-range PFNs that repeat an earlier one, before and after the batch is applied", () => {
    fc.assert(
      fc.property(
        frameCounts.chain((frames) => fc.tuple(fc.constant(frames), batches(frames))),
        ([frames, pfns]) => {
          const tracker = new PageTracker(frames);
          const inRange = pfns.filter((pfn) => pfn < frames);
          const expected = inRange.length - new Set(inRange).size;
          const staged = stage(tracker, pfns);
          expect(tracker.stagedDuplicates(staged)).toBe(expected);
          expect(tracker.inflateStaged(staged).redundant).toBe(expected);
          expect(tracker.stagedDuplicates(staged)).toBe(expected);
          expect(readRuns(tracker.runs)).toEqual(runsOf(new Set(inRange)));
        },
      ),
    );
  });
});

/** `length` distinct numbers below `limit` in an order that is neither up nor down: a fixed linear congruence. */
function shuffled(length: number, limit: number): number[] {
  return Array.from({ length }, (_, i) => (Math.imul(i, 1_664_525) + 1_013_904_223) & (limit - 1));
}
