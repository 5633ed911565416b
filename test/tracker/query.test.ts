import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_BATCH, PageTracker } from "../../src/tracker/index.ts";
import { batches, frameCounts, pfns } from "./arbitraries.ts";
import { Model, expectSameSet, runsOf } from "./model.ts";

const filled = frameCounts.chain((frames) =>
  fc.record({ frames: fc.constant(frames), pfns: batches(frames), asked: fc.array(pfns(frames)) }),
);

describe("queries:", () => {
  test("has, next and nextOutside answer as the model does, even past the last frame", () => {
    fc.assert(
      fc.property(filled, ({ frames, pfns, asked }) => {
        const tracker = new PageTracker(frames);
        const model = new Model(frames);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        for (const pfn of [...asked, ...pfns]) {
          expect(tracker.has(pfn)).toBe(model.set.has(pfn));
          expect(tracker.next(pfn)).toBe(model.next(pfn));
          expect(tracker.nextOutside(pfn)).toBe(model.nextOutside(pfn));
        }
      }),
    );
  });

  test("a walk with next visits every frame of the set", () => {
    const tracker = new PageTracker(2 ** 20);
    const set = [0, 63, 64, 127, 4095, 4096, 2 ** 20 - 1];
    tracker.inflate(Uint32Array.from(set));
    const walked: number[] = [];
    for (let frame = tracker.next(0); frame !== -1; frame = tracker.next(frame + 1)) walked.push(frame);
    expect(walked).toEqual(set);
  });

  test.each([1, 63, 64, 65, 128, 129])("nextOutside finds the end of %i frames at every place", (frames) => {
    for (let first = 0; first < 130; first++) {
      const tracker = new PageTracker(300);
      tracker.inflateRange(first, frames);
      for (const at of [first, first + (frames >> 1), first + frames - 1]) {
        expect(tracker.nextOutside(at)).toBe(first + frames);
      }
    }
  });

  test("runs are whole, however many chunks it takes to list them", () => {
    // Runs of 1 to 7 frames, gaps of 1 to 3: more than two chunks of them, across words and chunk borders.
    const frames = 20 * MAX_BATCH;
    const model = new Model(frames);
    for (let frame = 0, i = 0; frame < frames - 10; i++) {
      const length = 1 + ((i * 5) % 7);
      model.inflate(Array.from({ length }, (_, k) => frame + k));
      frame += length + 1 + (i % 3);
    }
    const tracker = new PageTracker(frames);
    tracker.inflate(Uint32Array.from(model.set));
    expect(runsOf(model.set).length).toBeGreaterThan(4 * MAX_BATCH);
    expectSameSet(tracker, model);
  });

  test("clear empties the set and leaves the tracker usable", () => {
    fc.assert(
      fc.property(filled, ({ frames, pfns, asked }) => {
        const tracker = new PageTracker(frames);
        tracker.inflateRange(0, Math.min(frames, 3));
        tracker.inflate(Uint32Array.from(pfns));
        tracker.clear();
        expect(tracker.runs.length).toBe(0);
        expectSameSet(tracker, new Model(frames));
        const model = new Model(frames);
        expect(tracker.inflate(Uint32Array.from(asked))).toEqual(model.inflate(asked).counts);
        expectSameSet(tracker, model);
      }),
    );
  });
});

describe("forEachRun", () => {
  test("allows a visit to change the set: runs already copied are still visited", () => {
    const frames = 4 * MAX_BATCH;
    const even = Uint32Array.from({ length: frames / 2 }, (_, i) => 2 * i);
    const tracker = new PageTracker(frames);
    tracker.inflate(even);
    let visited = 0;
    tracker.forEachRun((first, frames) => {
      visited++;
      expect(tracker.deflateRange(first, frames)).toBe(1);
    });
    expect(visited).toBe(even.length);
    expect(tracker.count).toBe(0);
  });

  test("passes on what a visit throws, and leaves the set as it is", () => {
    const tracker = new PageTracker(100);
    tracker.inflate(Uint32Array.of(1, 3, 5));
    const visited: number[] = [];
    const visit = (first: number): void => {
      visited.push(first);
      if (first === 3) throw new Error("enough");
    };
    expect(() => {
      tracker.forEachRun(visit);
    }).toThrow("enough");
    expect(visited).toEqual([1, 3]);
    expect([...tracker.allRuns()]).toEqual([1, 1, 3, 1, 5, 1]);
  });
});
