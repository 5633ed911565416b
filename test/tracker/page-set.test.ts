import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { MAX_BATCH, PageSet, PageTracker } from "../../src/tracker/index.ts";
import { batches, frameCounts } from "./arbitraries.ts";
import { Model, expectSameSet, readRuns, runsOf, stage } from "./model.ts";

const filled = frameCounts.chain((frames) =>
  fc.record({ frames: fc.constant(frames), pfns: batches(frames) }),
);

function trackerOf(frames: number, ...pfns: number[]): PageTracker {
  const tracker = new PageTracker(frames);
  tracker.inflate(Uint32Array.from(pfns));
  return tracker;
}

describe("a tracker as a set", () => {
  test("iterates over its PFNs in ascending order, and makes an array of them", () => {
    fc.assert(
      fc.property(filled, ({ frames, pfns }) => {
        const tracker = trackerOf(frames, ...pfns);
        const model = new Model(frames);
        model.inflate(pfns);
        const expected = [...model.set].sort((a, b) => a - b);
        expect([...tracker]).toEqual(expected);
        expect([...tracker.toArray()]).toEqual(expected);
        expect([...new PageSet(tracker)]).toEqual(expected);
      }),
    );
  });

  test("iterates over more runs than it copies at a time, and stops when told to", () => {
    const tracker = new PageTracker(3 * MAX_BATCH);
    tracker.inflate(Uint32Array.from({ length: MAX_BATCH + 10 }, (_, i) => 2 * i));
    let sum = 0;
    for (const pfn of tracker) {
      if (pfn > 2 * MAX_BATCH + 4) break;
      sum += pfn;
    }
    expect(sum).toBe((MAX_BATCH + 2) * (MAX_BATCH + 3));
  });

  test("can be cloned with its options, and the two change independently", () => {
    fc.assert(
      fc.property(filled, fc.constantFrom(1, 16), ({ frames, pfns }, hostPageFrames) => {
        const tracker = new PageTracker(frames, { hostPageFrames });
        const model = new Model(frames);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        const clone = tracker.clone();
        expect([clone.frames, clone.hostPageFrames]).toEqual([frames, hostPageFrames]);
        expectSameSet(clone, model);
        clone.clear();
        expectSameSet(tracker, model);
        expect(tracker.clone()).not.toBe(tracker);
      }),
      { numRuns: 50 },
    );
  });

  test("is disposed of at the end of its block", () => {
    let outer: PageTracker;
    {
      using tracker = trackerOf(100, 5);
      expect(tracker.count).toBe(1);
      outer = tracker;
    }
    expect(outer.disposed).toBe(true);
  });
});

describe("a page set", () => {
  test("shows what is in its tracker at any time, and cannot change it", () => {
    const tracker = trackerOf(1000, 3, 4, 9);
    const set = new PageSet(tracker);
    expect([set.frames, set.hostPageFrames, set.count]).toEqual([1000, 1, 3]);
    tracker.inflateRange(5, 2);
    expect([...set.allRuns()]).toEqual([3, 4, 9, 1]);
    expect([set.has(6), set.next(7), set.nextOutside(3), set.countRange(0, 6)]).toEqual([true, 9, 7, 3]);
    expect(tracker instanceof PageSet).toBe(true);
    expect("inflate" in set).toBe(false);
  });

  test("lists its runs without changing the runs of the tracker's last call", () => {
    const tracker = trackerOf(1000, 3, 4, 9);
    const set = new PageSet(tracker);
    tracker.inflateStaged(stage(tracker, [20, 10]));
    expect([...set]).toEqual([3, 4, 9, 10, 20]);
    expect(readRuns(tracker.runs)).toEqual(runsOf([10, 20]));
  });

  test("cannot be used after its tracker was disposed of", () => {
    const tracker = trackerOf(100, 5);
    const set = new PageSet(tracker);
    tracker.dispose();
    expect(() => set.count).toThrow("PageTracker: used after dispose");
    expect(() => set.allRuns()).toThrow("PageTracker: used after dispose");
  });
});

describe("console.log prints", () => {
  test.each([
    [[], "PageTracker { 0 of 1000 frames }"],
    [[5], "PageTracker { 1 of 1000 frames: 5 }"],
    [[300, 301, 302, 500, 999], "PageTracker { 5 of 1000 frames: 300-302, 500, 999 }"],
    [[1, 3, 5, 7, 9, 11, 13, 15], "PageTracker { 8 of 1000 frames: 1, 3, 5, 7, 9, 11, 13, 15 }"],
    [[1, 3, 5, 7, 9, 11, 13, 15, 17], "PageTracker { 9 of 1000 frames: 1, 3, 5, 7, 9, 11, 13, 15, ... }"],
  ])("a tracker of %j", (pfns, text) => {
    expect(inspect(trackerOf(1000, ...pfns))).toBe(text);
  });

  test("other objects as usual", () => {
    const tracker = trackerOf(1000, 5);
    tracker.inflateStaged(stage(tracker, [8, 7]));
    expect(inspect({ set: new PageSet(tracker) })).toBe("{ set: PageSet { 3 of 1000 frames: 5, 7-8 } }");
    tracker.dispose();
    expect(inspect(tracker)).toBe("PageTracker { disposed }");
  });
});
