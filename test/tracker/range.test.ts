import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_BATCH, MAX_FRAMES, PageTracker } from "../../src/tracker/index.ts";
import { BACKED_AT_FIRST, batches } from "./arbitraries.ts";
import { Model, expectSameSet, pfnsOf, readRuns, runsOf, stage } from "./model.ts";

const FRAMES = BACKED_AT_FIRST + 3000;

const ranges = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: BACKED_AT_FIRST - 200, max: BACKED_AT_FIRST + 200 }),
      fc.integer({ min: FRAMES - 300, max: FRAMES }),
    ),
    fc.oneof(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 3000 })),
  )
  .map(([first, frames]) => ({ first, frames: Math.min(frames, FRAMES - first) }));

describe("ranges:", () => {
  test("they change, leave as runs and count what the model says", () => {
    fc.assert(
      fc.property(batches(FRAMES), fc.array(fc.tuple(fc.boolean(), ranges)), (pfns, steps) => {
        const tracker = new PageTracker(FRAMES);
        const model = new Model(FRAMES);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        for (const [inflate, { first, frames }] of steps) {
          expect(tracker.countRange(first, frames)).toBe(model.countRange(first, frames));
          const changed = inflate ? tracker.inflateRange(first, frames) : tracker.deflateRange(first, frames);
          const named = pfnsOf(first, frames);
          const expected = inflate ? model.inflate(named) : model.deflate(named);
          expect(changed).toBe(expected.counts.changed);
          expect(readRuns(tracker.runs)).toEqual(expected.runs);
        }
        expectSameSet(tracker, model);
      }),
    );
  });

  test.each([
    [64, 1],
    [64, 64],
    [70, 50],
    [100, 300],
  ])("from frame %i, %i frames change at every place but one that is already changed", (first, frames) => {
    const all = [first, frames] as const;
    for (const one of pfnsOf(first, frames)) {
      const tracker = new PageTracker(1000);
      tracker.inflateRange(one, 1);
      expect(tracker.inflateRange(...all)).toBe(frames - 1);
      expect([...tracker.allRuns()]).toEqual(all);
      tracker.deflateRange(one, 1);
      expect(tracker.deflateRange(...all)).toBe(frames - 1);
      expect(tracker.count).toBe(0);
      expect(tracker.next(0)).toBe(-1);
    }
  });

  test("lists of runs add what the model says, and allRuns gives them back", () => {
    fc.assert(
      fc.property(batches(FRAMES), fc.array(ranges, { maxLength: 300, size: "max" }), (pfns, runs) => {
        const tracker = new PageTracker(FRAMES);
        const model = new Model(FRAMES);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        const pairs = Uint32Array.from(runs.flatMap(({ first, frames }) => [first, frames]));
        const named = runs.flatMap(({ first, frames }) => pfnsOf(first, frames));
        expect(tracker.inflateRuns(pairs)).toBe(model.inflate(named).counts.changed);
        expectSameSet(tracker, model);
        const other = new PageTracker(FRAMES);
        expect(other.inflateRuns(tracker.allRuns())).toBe(tracker.count);
        expectSameSet(other, model);
      }),
      { numRuns: 60 },
    );
  });

  test("a list adds runs of any length, even after a batch whose runs were sorted", () => {
    const batch = [9, 3, 6].concat(pfnsOf(1, 60).map((i) => 900 - 10 * ((i * 7) % 61)));
    for (let frames = 1; frames <= 70; frames++) {
      for (const first of [1000, 1015, 1023]) {
        const tracker = new PageTracker(2000);
        tracker.inflateStaged(stage(tracker, batch));
        expect(readRuns(tracker.runs)).toEqual(runsOf(batch));
        tracker.clear();
        expect(tracker.inflateRuns(Uint32Array.of(first, frames))).toBe(frames);
        expect([...tracker.allRuns()]).toEqual([first, frames]);
      }
    }
  });

  test("a list longer than the staging area is added in parts", () => {
    const frames = 4 * MAX_BATCH;
    const tracker = new PageTracker(frames);
    const pairs = Uint32Array.from({ length: 2 * (frames / 2) }, (_, i) => (i % 2 === 0 ? i : 1));
    expect(tracker.inflateRuns(pairs)).toBe(frames / 2);
    expect(tracker.allRuns()).toEqual(pairs);
  });

  test.each([[[1]], [[0, 101]], [[0, 1, 100, 1]], [[2 ** 32 - 1, 2]]])("a list of %j is refused", (pairs) => {
    const tracker = new PageTracker(100);
    expect(() => tracker.inflateRuns(Uint32Array.from(pairs))).toThrow(RangeError);
    expect(tracker.count).toBe(0);
  });

  test("a fragmented range leaves more runs than the run area has room for", () => {
    const tracker = new PageTracker(6 * MAX_BATCH);
    const model = new Model(6 * MAX_BATCH);
    const thirds = Array.from({ length: 2 * MAX_BATCH }, (_, i) => 3 * i);
    tracker.inflate(Uint32Array.from(thirds));
    model.inflate(thirds);

    expect(tracker.inflateRange(1, 6 * MAX_BATCH - 1)).toBe(4 * MAX_BATCH);
    expect(readRuns(tracker.runs)).toEqual(model.inflate(pfnsOf(1, 6 * MAX_BATCH - 1)).runs);

    tracker.deflate(Uint32Array.from(thirds));
    model.deflate(thirds);
    expect(tracker.deflateRange(0, 6 * MAX_BATCH)).toBe(4 * MAX_BATCH);
    expect(readRuns(tracker.runs)).toEqual(model.deflate(pfnsOf(0, 6 * MAX_BATCH)).runs);
    expect(tracker.count).toBe(0);
  });

  test("the whole of the largest tracker is one run of 2^32 - 1 frames", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    expect(tracker.inflateRange(0, MAX_FRAMES)).toBe(MAX_FRAMES);
    expect(readRuns(tracker.runs)).toEqual([0, MAX_FRAMES]);
    expect(tracker.count).toBe(MAX_FRAMES);
    expect(tracker.countRange(1, MAX_FRAMES - 1)).toBe(MAX_FRAMES - 1);
    expect(tracker.next(MAX_FRAMES - 1)).toBe(MAX_FRAMES - 1);
    expect([...tracker.allRuns()]).toEqual([0, MAX_FRAMES]);
    expect(tracker.deflateRange(2 ** 31, 2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(tracker.count).toBe(2 ** 31);
    tracker.clear();
    expect(tracker.count).toBe(0);
    expect(tracker.next(0)).toBe(-1);
  });

  test.each([64, 100, 128, BACKED_AT_FIRST, BACKED_AT_FIRST + 1, MAX_FRAMES])(
    "nextOutside of a full set of %i frames is out of range",
    (frames) => {
      const tracker = new PageTracker(frames);
      tracker.inflateRange(0, frames);
      expect([tracker.nextOutside(0), tracker.nextOutside(frames - 1)]).toEqual([frames, frames]);
      expect(tracker.nextOutside(2 ** 32 - 1)).toBe(2 ** 32 - 1);
    },
  );

  test("deflating frames without memory changes nothing and grows nothing", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    const before = tracker.staging(4);
    expect(tracker.deflateRange(0, MAX_FRAMES)).toBe(0);
    expect(tracker.deflateRange(2 ** 31, 5)).toBe(0);
    expect(tracker.runs.length).toBe(0);
    expect(before.length).toBe(4);
  });

  test.each([1, 2, 64, 512])(
    "deflating from the end of the memory changes nothing before it, with host pages of %i",
    (hostPageFrames) => {
      const tracker = new PageTracker(MAX_FRAMES, { hostPageFrames });
      tracker.inflateRange(BACKED_AT_FIRST - 1024, 1024);
      expect(tracker.deflateRange(BACKED_AT_FIRST, 1024)).toBe(0);
      expect(tracker.runs.length).toBe(0);
      expect([...tracker.allRuns()]).toEqual([BACKED_AT_FIRST - 1024, 1024]);
    },
  );

  test("an empty range changes nothing and clears the runs of the previous call", () => {
    const tracker = new PageTracker(100);
    expect(tracker.inflateRange(0, 10)).toBe(10);
    expect(tracker.inflateRange(100, 0)).toBe(0);
    expect(tracker.runs.length).toBe(0);
  });

  test("an empty range contains nothing, wherever it lies", () => {
    const tracker = new PageTracker(200);
    tracker.inflateRange(0, 200);
    for (let first = 0; first <= 200; first++) expect(tracker.countRange(first, 0)).toBe(0);
  });
});
