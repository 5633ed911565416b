import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_BATCH, MAX_FRAMES, PageTracker } from "../../src/tracker/index.ts";
import { BACKED_AT_FIRST, batches, frameCounts } from "./arbitraries.ts";
import { Model, expectSameSet, pfnsOf, readRuns, runsOf, stage } from "./model.ts";

const pageSizes = fc.constantFrom(2, 4, 8, 16, 32, 64, 128, 512);

/** The host pages among those of `frames` that are entirely in the set. */
function fullPages(model: Model, pageFrames: number, frames: Iterable<number>): Set<number> {
  const pages = new Set([...frames].map((frame) => frame - (frame % pageFrames)));
  return new Set(
    [...pages].filter((page) => pfnsOf(page, pageFrames).every((frame) => model.set.has(frame))),
  );
}

/** What the tracker must leave as runs after a step of the model that touches `frames`. */
function flippedBy(model: Model, pageFrames: number, frames: number[], step: () => void): number[] {
  const touched = frames.filter((frame) => frame < model.frames);
  const before = fullPages(model, pageFrames, touched);
  step();
  const after = fullPages(model, pageFrames, touched);
  const flipped = [...before].filter((page) => !after.has(page));
  flipped.push(...[...after].filter((page) => !before.has(page)));
  return runsOf(flipped.flatMap((page) => pfnsOf(page, pageFrames)));
}

/** A batch that often fills or empties whole pages of a few hundred frames, shuffled or cut into pieces. */
const dense = fc
  .tuple(fc.nat(1200), fc.nat(700), fc.boolean(), fc.array(fc.nat(3000), { maxLength: 20 }))
  .map(([first, frames, scramble, more]) => {
    const run = pfnsOf(first, frames);
    return [...(scramble ? run.map((_, i) => first + ((i * 389) % frames)) : run), ...more];
  });

describe("host pages:", () => {
  test("staged batches leave the pages that flipped, and change frames as the model says", () => {
    const sessions = fc.tuple(pageSizes, frameCounts).chain(([pageFrames, frames]) => {
      const step = fc.record({ inflate: fc.boolean(), pfns: fc.oneof(dense, batches(frames)) });
      return fc.record({
        pageFrames: fc.constant(pageFrames),
        frames: fc.constant(frames),
        steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      });
    });
    fc.assert(
      fc.property(sessions, ({ pageFrames, frames, steps }) => {
        const tracker = new PageTracker(frames, { hostPageFrames: pageFrames });
        const model = new Model(frames);
        for (const { inflate, pfns } of steps) {
          const staged = stage(tracker, pfns);
          const result = inflate ? tracker.inflateStaged(staged) : tracker.deflateStaged(staged);
          const flipped = flippedBy(model, pageFrames, pfns, () => {
            expect(result).toEqual((inflate ? model.inflate(pfns) : model.deflate(pfns)).counts);
          });
          expect(readRuns(tracker.runs)).toEqual(flipped);
        }
        expectSameSet(tracker, model);
      }),
      { numRuns: 300 },
    );
  });

  test("ranges leave the pages that flipped", () => {
    const range = fc.tuple(fc.boolean(), fc.nat(2500), fc.nat(1500));
    fc.assert(
      fc.property(pageSizes, batches(4000), fc.array(range), (pageFrames, pfns, steps) => {
        const tracker = new PageTracker(4000, { hostPageFrames: pageFrames });
        const model = new Model(4000);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        for (const [inflate, first, frames] of steps) {
          const changed = inflate ? tracker.inflateRange(first, frames) : tracker.deflateRange(first, frames);
          const named = pfnsOf(first, frames);
          const flipped = flippedBy(model, pageFrames, named, () => {
            expect(changed).toBe((inflate ? model.inflate(named) : model.deflate(named)).counts.changed);
          });
          expect(readRuns(tracker.runs)).toEqual(flipped);
        }
        expectSameSet(tracker, model);
      }),
    );
  });

  test("lists of all whole pages and of the pages of a batch are what the model says", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 16, 64), batches(4000), batches(4000), (pageFrames, pfns, asked) => {
        const tracker = new PageTracker(4000, { hostPageFrames: pageFrames });
        const model = new Model(4000);
        tracker.inflate(Uint32Array.from(pfns));
        model.inflate(pfns);
        const members = new Set(asked.filter((pfn) => model.set.has(pfn)));
        expect([...tracker.stagedMembers(stage(tracker, asked)).toArray()]).toEqual(runsOf(members));
        const whole = [...fullPages(model, pageFrames, model.set)];
        expect([...tracker.allHostPages()]).toEqual(
          runsOf(whole.flatMap((page) => pfnsOf(page, pageFrames))),
        );
      }),
    );
  });

  test("a long range is one run, though it takes several calls", () => {
    const tracker = new PageTracker(MAX_FRAMES, { hostPageFrames: 2 });
    const frames = 5 * MAX_BATCH + 3;
    expect(tracker.inflateRange(1, frames)).toBe(frames);
    expect(readRuns(tracker.runs)).toEqual([2, frames - 1]);
    expect(tracker.deflateRange(0, BACKED_AT_FIRST)).toBe(frames);
    expect(readRuns(tracker.runs)).toEqual([2, frames - 1]);
  });

  test("every second page of a long range flips alone", () => {
    const tracker = new PageTracker(16 * MAX_BATCH, { hostPageFrames: 2 });
    for (let first = 0; first < 16 * MAX_BATCH; first += MAX_BATCH) {
      tracker.inflate(Uint32Array.from({ length: MAX_BATCH / 4 }, (_, i) => first + 4 * i));
    }
    tracker.inflateRange(0, 16 * MAX_BATCH);
    expect(readRuns(tracker.runs)).toEqual([0, 16 * MAX_BATCH]);
    tracker.deflate(Uint32Array.from({ length: 4 * MAX_BATCH }, (_, i) => 4 * i));
    tracker.deflateRange(0, 16 * MAX_BATCH);
    expect(tracker.runs.length).toBe(4 * MAX_BATCH);
  });

  test("the last frames are not a page if memory ends inside it", () => {
    const tracker = new PageTracker(100, { hostPageFrames: 64 });
    tracker.inflateRange(0, 100);
    expect(readRuns(tracker.runs)).toEqual([0, 64]);
    tracker.deflateStaged(stage(tracker, [99, 64]));
    expect(tracker.runs.length).toBe(0);
  });

  test("a page size is a power of two up to 512 frames", () => {
    for (const hostPageFrames of [0, 3, 1024, 1.5, -1, NaN]) {
      expect(() => new PageTracker(10, { hostPageFrames })).toThrow(RangeError);
    }
    expect(() => new PageTracker(10, { hostPageFrames: "4" as never })).toThrow(TypeError);
    expect(new PageTracker(10).hostPageFrames).toBe(1);
  });
});
