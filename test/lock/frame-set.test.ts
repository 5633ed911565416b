import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pushOutside } from "../../src/lock/frame-set.ts";
import { SparseFrameSet } from "../../src/lock/sparse-frame-set.ts";
import { PageTracker, Runs } from "../../src/tracker/index.ts";
import { framesOf, runsOf } from "./frame-model.ts";

const FRAMES = 200;
const run = fc
  .tuple(fc.integer({ min: 0, max: FRAMES - 1 }), fc.integer({ min: 1, max: 40 }))
  .map(([first, frames]) => [first, Math.min(frames, FRAMES - first)] as const);

describe("a sparse set of frames", () => {
  test("behaves as a set, and gives the part of a run outside it", () => {
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
            const parts = set.without(new Runs(Uint32Array.from(run)));
            expect([...parts.toArray()]).toEqual(runsOf(frames.filter((frame) => !model.has(frame))).flat());
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

  test("gives the parts of a run that are outside it", () => {
    const tracker = new PageTracker(FRAMES);
    tracker.inflateRuns(Uint32Array.of(5, 2, 8, 4));
    const outside = new Runs(Uint32Array.of(1, 1));
    pushOutside(outside, tracker, 4, 9);
    expect([...outside]).toEqual([
      [1, 1],
      [4, 1],
      [7, 1],
      [12, 1],
    ]);
  });
});
