import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wholePages } from "../../src/tracker/host-pages.ts";
import { PageTracker, Runs } from "../../src/tracker/index.ts";
import { readRuns, stage } from "./model.ts";

const run = fc.tuple(fc.nat(2 ** 32 - 2), fc.nat(1000));

describe("a list of runs", () => {
  test("contains what was pushed or assigned, until it is cleared", () => {
    const lists = fc.array(fc.oneof(run, fc.array(run, { maxLength: 40 }), fc.constant("clear" as const)));
    fc.assert(
      fc.property(lists, (steps) => {
        const runs = new Runs();
        let model: (readonly [number, number])[] = [];
        for (const step of steps) {
          if (step === "clear") {
            model = [];
            runs.clear();
          } else if (typeof step[0] === "number") {
            model.push(step as [number, number]);
            runs.push(...(step as [number, number]));
          } else {
            model = [...(step as [number, number][])];
            runs.assign(Uint32Array.from(model.flat()), model.length);
          }
          expect([...runs]).toEqual(model);
          expect(readRuns(runs)).toEqual(model.flat());
          expect(runs.total).toBe(model.reduce((sum, [, frames]) => sum + frames, 0));
        }
      }),
    );
  });

  test("joins an appended run that touches the last run", () => {
    const runs = new Runs(Uint32Array.of(1, 2, 5, 1));
    runs.append(Uint32Array.of(6, 3, 20, 1, 99, 99), 2);
    expect(readRuns(runs)).toEqual([1, 2, 5, 4, 20, 1]);
    runs.append(Uint32Array.of(22, 1), 1);
    runs.append(Uint32Array.of(23, 1), 0);
    expect(readRuns(runs)).toEqual([1, 2, 5, 4, 20, 1, 22, 1]);
  });

  test("shares memory with no other list: neither its source nor a copy nor a clone", () => {
    const pairs = Uint32Array.of(1, 2, 5, 1);
    const runs = new Runs(pairs);
    const clone = runs.clone();
    pairs.fill(0);
    runs.toArray().fill(0);
    expect([...runs.toArray()]).toEqual([1, 2, 5, 1]);
    runs.push(9, 1);
    expect([...clone.toArray()]).toEqual([1, 2, 5, 1]);
  });

  test("has an even length", () => {
    expect(() => new Runs(new Uint32Array(3))).toThrow(
      new RangeError("pairs: expected an even length, got 3"),
    );
  });

  test("gives only runs that exist", () => {
    const runs = new Runs(Uint32Array.of(1, 2));
    expect(() => runs.first(1)).toThrow(new RangeError("run: expected an index below 1, got 1"));
    expect(() => runs.frames(-1)).toThrow(RangeError);
    expect(() => runs.frames("0" as never)).toThrow(TypeError);
    runs.clear();
    expect(() => runs.first(0)).toThrow(RangeError);
  });

  test("gives the whole pages in its runs, rounded inward", () => {
    const runs = new Runs(Uint32Array.of(3, 4, 12, 8, 31, 34, 2 ** 32 - 9, 8));
    expect(readRuns(wholePages(runs, 4))).toEqual([12, 8, 32, 32, 2 ** 32 - 8, 4]);
    expect(readRuns(wholePages(runs, 512))).toEqual([]);
  });
});

describe("the runs of a tracker's last call", () => {
  test("stay the same whatever the tracker does next", () => {
    const tracker = new PageTracker(1000);
    tracker.inflateStaged(stage(tracker, [7, 3, 8]));
    const { runs } = tracker;
    expect(tracker.runs).toBe(runs);
    tracker.deflateRange(0, 1000);
    tracker.clear();
    expect(readRuns(runs)).toEqual([3, 1, 7, 2]);
    expect(readRuns(tracker.runs)).toEqual([]);
  });

  test("can still be read after the set was listed, which uses the engine's run area", () => {
    for (const ask of [
      (tracker: PageTracker) => tracker.runs,
      (tracker: PageTracker) => tracker.copyRuns(new Runs()),
    ]) {
      const tracker = new PageTracker(1000);
      tracker.inflateRange(100, 5);
      tracker.inflateStaged(stage(tracker, [7, 3, 8, 101]));
      expect([...tracker.allRuns()]).toEqual([3, 1, 7, 2, 100, 5]);
      expect(readRuns(ask(tracker))).toEqual([3, 1, 7, 2]);
      tracker.deflateRange(4, 2);
      expect(tracker.toArray().length).toBe(8);
      expect(readRuns(ask(tracker))).toEqual([]);
    }
  });

  test("are copied into the caller's list", () => {
    const tracker = new PageTracker(1000);
    const list = new Runs();
    tracker.inflateStaged(stage(tracker, [7, 3, 8]));
    expect(tracker.copyRuns(list)).toBe(list);
    expect(readRuns(list)).toEqual([3, 1, 7, 2]);
    expect(tracker.inflateRange(0, 4)).toBe(3);
    expect(readRuns(list)).toEqual([3, 1, 7, 2]);
    expect(readRuns(tracker.copyRuns(list))).toEqual([0, 3]);
    tracker.clear();
    expect(readRuns(tracker.copyRuns(list))).toEqual([]);
  });
});
