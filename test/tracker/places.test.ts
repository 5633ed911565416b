import { describe, expect, test } from "vitest";
import { MAX_FRAMES, PageTracker } from "../../src/tracker/index.ts";
import { Model, expectSameSet, pfnsOf, stage } from "./model.ts";

/** The engine reads PFNs in vectors of 4, blocks of 64 and chunks of 256: a fault may be in one place of one of them. */
const CHUNK = 256;
const FRAMES = 100_000;

/** Runs of eight frames with gaps of two: neither one sequence nor scattered. */
const RUNS = pfnsOf(0, CHUNK).map((i) => 2000 + 10 * (i >> 3) + (i & 7));
/** No two of these are neighbours. */
const SCATTERED = pfnsOf(0, CHUNK).map((i) => 2000 + 3 * ((i * 37) % CHUNK));

/** `pfns` with `others` in place of those from `place` on, cut off at the end. */
function withAt(pfns: readonly number[], place: number, ...others: number[]): number[] {
  return pfns.map((pfn, i) => others[i - place] ?? pfn);
}

/** Inflates and deflates the batch as a model does. `before` is an earlier batch of the same tracker. */
function expectAsModel(pfns: readonly number[], before: readonly number[] = []): void {
  const tracker = new PageTracker(FRAMES);
  const model = new Model(FRAMES);
  for (const batch of [before, pfns]) {
    expect(tracker.inflate(Uint32Array.from(batch))).toEqual(model.inflate(batch).counts);
  }
  expectSameSet(tracker, model);
  expect(tracker.deflate(Uint32Array.from(pfns))).toEqual(model.deflate(pfns).counts);
  expectSameSet(tracker, model);
}

describe("at every place of a batch,", () => {
  test.each([
    ["runs", RUNS],
    ["single frames", SCATTERED],
  ])("a PFN out of range is noticed among %s", (_, pfns) => {
    // 2^20 is also beyond the memory: there is no bit that could be touched by mistake.
    for (let place = 0; place < CHUNK; place++) {
      expectAsModel(withAt(pfns, place, 2 ** 20, 256), SCATTERED);
      expectAsModel([...pfns.slice(0, place), 2 ** 20], SCATTERED);
    }
  });

  test("PFNs that only a read one byte off would see as neighbours are not joined", () => {
    // One block: any other PFN of the chunk, read one byte off, would be out of range and put all of it on the slow path.
    const block = RUNS.slice(0, 64);
    const around = [12, 8, 4].map((k) => 1024 * k);
    for (let place = 0; place < 64; place++) {
      expectAsModel(withAt(block, place, ...around, 256, 0, ...around));
    }
    // k and 256 * (k + 1), then what has no lowest byte: among runs, and by themselves.
    for (let place = 0; place < 64; place++) expectAsModel(withAt(block, place, 300, 256 * 301, 256 * 50));
    expectAsModel(pfnsOf(0, 85).flatMap((i) => [2 * i, 256 * (2 * i + 1), 256 * (200 + i)]));
  });

  test("a run that changes direction has each frame once", () => {
    for (let place = 0; place < CHUNK; place++) {
      expectAsModel(withAt(RUNS, place, 700, 701, 700, 699));
      expectAsModel(withAt(RUNS, place, 701, 700, 701, 702));
    }
  });
});

describe("the fewest PFNs that the engine takes as a block", () => {
  /** Staged, because the engine does not see so few otherwise. */
  function expectStagedAsModel(pfns: readonly number[]): void {
    const tracker = new PageTracker(FRAMES);
    const model = new Model(FRAMES);
    expect(tracker.inflateStaged(stage(tracker, pfns))).toEqual(model.inflate(pfns).counts);
    expectSameSet(tracker, model);
  }

  test("are applied as they are, in any order", () => {
    const few = [0, 1, 2, 3, 7];
    const pairs = few.flatMap((a) => few.map((b) => [a, b]));
    for (const pair of pairs) {
      for (const other of pairs) expectStagedAsModel([...pair, ...other]);
    }
  });

  test("are not joined where reads off by one byte more each would see neighbours", () => {
    expectStagedAsModel([0, 2, 256 * 2 + 1, 1000]);
  });
});

describe("what is staged after a batch does not matter", () => {
  test.each([1, -1])("even if it continues the sequence, by %i", (step) => {
    const staged = pfnsOf(0, 192).map((i) => 5000 + step * i);
    for (let n = 1; n <= 130; n++) {
      const tracker = new PageTracker(FRAMES);
      const bytes = tracker.staging(4 * staged.length);
      new Uint32Array(bytes.buffer, bytes.byteOffset, staged.length).set(staged);
      expect(tracker.inflateStaged(n)).toEqual({ changed: n, redundant: 0, outOfRange: 0 });
      expect([...tracker.runs.toArray()]).toEqual([step > 0 ? 5000 : 5001 - n, n]);
    }
  });
});

test.each([32, 63, 64, 65, 95, 96, 127])("neighbours %i places apart do not make a run", (distance) => {
  const runs = RUNS.slice(0, 128);
  for (const step of [1, -1]) {
    expectAsModel([...runs.slice(0, distance).map((pfn) => pfn + step), ...runs]);
    expectAsModel([...runs, ...runs.slice(-distance).map((pfn) => pfn + step)]);
  }
});

test.each([5, 6, 7, 8, 61, 62, 63, 64])("%i runs at the end of the largest tracker are sorted", (runs) => {
  const tracker = new PageTracker(MAX_FRAMES);
  const ascending = pfnsOf(0, runs).map((i) => MAX_FRAMES - 2 * (runs - i) + 1);
  const mixed = ascending.toSorted((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009));
  const bytes = tracker.staging(4 * runs);
  for (const batch of [pfnsOf(1, runs).map((i) => 3 * i), mixed]) {
    new Uint32Array(bytes.buffer, bytes.byteOffset, runs).set(batch);
    tracker.inflateStaged(runs);
  }
  expect([...tracker.runs.toArray()]).toEqual(ascending.flatMap((frame) => [frame, 1]));
});

describe("a sequence that goes back for four PFNs", () => {
  const distances = [
    [16, 16],
    [16, 32],
    [32, 32],
    [32, 64],
  ] as const;
  const cases = distances.flatMap((distance) => [0, 1, 2, 3].map((vector) => [...distance, vector] as const));

  test.each(cases)(
    "is not a sequence: after %i, by %i frames, in vector %i of each group",
    (after, by, vector) => {
      for (const sign of [1, -1]) {
        const steps = pfnsOf(0, 2 * after).map((i) => (i >= after && ((i >> 2) & 3) === vector ? i - by : i));
        expectAsModel(steps.map((step) => 5000 + sign * step));
      }
    },
  );
});

test("a list of runs may end with the last frame of the largest tracker", () => {
  const tracker = new PageTracker(MAX_FRAMES);
  expect(tracker.inflateRuns(Uint32Array.of(7, 1, MAX_FRAMES - 1, 1))).toBe(2);
  expect([tracker.has(MAX_FRAMES - 1), tracker.has(MAX_FRAMES - 2), tracker.next(8)]).toEqual([
    true,
    false,
    MAX_FRAMES - 1,
  ]);
});
