import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SparseFrameSet, visitParts } from "../../src/lock/frame-set.ts";
import { RunList } from "../../src/lock/index.ts";
import { PageTracker } from "../../src/tracker/index.ts";
import { framesOf, runsOf } from "./frame-model.ts";

const FRAMES = 200;
const run = fc
  .tuple(fc.integer({ min: 0, max: FRAMES - 1 }), fc.integer({ min: 1, max: 40 }))
  .map(([first, frames]) => [first, Math.min(frames, FRAMES - first)] as const);

describe("a sparse set of frames", () => {
  test("is a set, and says what a run has outside of it", () => {
    const steps = fc.array(fc.record({ kind: fc.constantFrom("add", "delete", "visit", "clear"), run }));
    fc.assert(
      fc.property(steps, (sequence) => {
        const set = new SparseFrameSet(FRAMES);
        const model = new Set<number>();
        for (const { kind, run } of sequence) {
          const frames = framesOf(run);
          if (kind === "add") {
            set.add(...run);
            for (const frame of frames) model.add(frame);
          } else if (kind === "delete") {
            set.delete(...run);
            for (const frame of frames) model.delete(frame);
          } else if (kind === "visit") {
            const parts = RunList.from(set.without(new RunList(Uint32Array.from(run))));
            expect([...parts.pairs]).toEqual(runsOf(frames.filter((frame) => !model.has(frame))).flat());
          } else if (run[0] < 20) {
            set.clear();
            model.clear();
          }
          expect(set.count).toBe(model.size);
          expect([...set.runs()]).toEqual(runsOf([...model].sort((a, b) => a - b)).flat());
        }
      }),
      { numRuns: 300 },
    );
  });

  test("splits a run into the parts inside and outside", () => {
    const tracker = new PageTracker(FRAMES);
    tracker.inflateRuns(Uint32Array.of(5, 2, 8, 4));
    const visited: unknown[] = [];
    visitParts(tracker, 4, 6, (...part) => visited.push(part));
    expect(visited).toEqual([
      [4, 1, false],
      [5, 2, true],
      [7, 1, false],
      [8, 2, true],
    ]);
  });
});

describe("a copied list of runs", () => {
  test("says the same as the list it was copied from", () => {
    const pairs = Uint32Array.of(1, 2, 5, 1, 9, 3);
    const copy = RunList.from(new RunList(pairs));
    expect(copy.total).toBe(2 + 1 + 3);
    pairs.fill(0);
    expect([...copy.pairs]).toEqual([1, 2, 5, 1, 9, 3]);
    expect(copy.length).toBe(3);
    expect([copy.first(1), copy.frames(1)]).toEqual([5, 1]);
  });
});
