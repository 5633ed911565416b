import { describe, expect, test } from "vitest";
import { MAX_BATCH, MAX_FRAMES, PageTracker, Runs } from "../../src/tracker/index.ts";

describe("the constructor", () => {
  test.each([0, -1, 1.5, NaN, Infinity, MAX_FRAMES + 1])("refuses %d frames", (frames) => {
    expect(() => new PageTracker(frames)).toThrow(RangeError);
  });

  test("refuses anything that is not a number", () => {
    expect(() => new PageTracker("1024" as unknown as number)).toThrow(
      new TypeError('frames: expected an integer from 1 to 4294967295, got "1024"'),
    );
  });
});

describe("batches", () => {
  test.each([[[1, 2]], [new Int32Array(2)], [undefined]])(
    "refuse PFNs that are not a Uint32Array: %s",
    (pfns) => {
      const tracker = new PageTracker(100);
      expect(() => tracker.inflate(pfns as unknown as Uint32Array)).toThrow(TypeError);
      expect(() => tracker.deflate(pfns as unknown as Uint32Array)).toThrow(TypeError);
    },
  );

  test("refuse more PFNs than are staged", () => {
    const tracker = new PageTracker(100);
    expect(() => tracker.inflateStaged(1)).toThrow(new RangeError("pfns: expected at most 0, got 1"));
    tracker.staging(11);
    expect(tracker.inflateStaged(2)).toEqual({ changed: 1, redundant: 1, outOfRange: 0 });
    expect(() => tracker.inflateStaged(3)).toThrow(RangeError);
    expect(() => tracker.deflateStaged(3)).toThrow(RangeError);
    expect(() => tracker.stagedDuplicates(3)).toThrow(RangeError);
    expect(() => tracker.inflateStaged(-1)).toThrow(RangeError);
    tracker.staging(0);
    expect(() => tracker.inflateStaged(1)).toThrow(RangeError);
  });

  test("refuse PFNs that a plain batch has overwritten", () => {
    const tracker = new PageTracker(100);
    tracker.staging(8);
    tracker.inflate(Uint32Array.of(7));
    expect(() => tracker.inflateStaged(1)).toThrow(RangeError);
  });

  test.each([4 * MAX_BATCH + 1, -4, 0.5])("refuse to stage %d bytes", (byteLength) => {
    expect(() => new PageTracker(100).staging(byteLength)).toThrow(RangeError);
  });
});

describe("ranges and queries", () => {
  const outside = [
    [99, 2],
    [101, 0],
    [0, 101],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [2 ** 32, 0],
  ] as const;

  test.each(outside)("refuse frames %d + %d of 100", (first, frames) => {
    const tracker = new PageTracker(100);
    expect(() => tracker.inflateRange(first, frames)).toThrow(RangeError);
    expect(() => tracker.deflateRange(first, frames)).toThrow(RangeError);
    expect(() => tracker.countRange(first, frames)).toThrow(RangeError);
  });

  test.each([-1, 0.5, 2 ** 32, NaN])("refuse PFN %d", (pfn) => {
    const tracker = new PageTracker(100);
    expect(() => tracker.has(pfn)).toThrow(RangeError);
    expect(() => tracker.next(pfn)).toThrow(RangeError);
    expect(() => tracker.nextOutside(pfn)).toThrow(RangeError);
  });

  test.each([1, -1, 0.5, NaN])("refuse run %d of 1", (i) => {
    const tracker = new PageTracker(100);
    tracker.inflateRange(3, 4);
    expect(() => tracker.runs.first(i)).toThrow(RangeError);
    expect(() => tracker.runs.frames(i)).toThrow(RangeError);
  });
});

describe("dispose", () => {
  const uses: Record<string, (tracker: PageTracker) => unknown> = {
    count: (tracker) => tracker.count,
    inflate: (tracker) => tracker.inflate(new Uint32Array(1)),
    deflate: (tracker) => tracker.deflate(new Uint32Array(1)),
    staging: (tracker) => tracker.staging(4),
    inflateStaged: (tracker) => tracker.inflateStaged(1),
    deflateStaged: (tracker) => tracker.deflateStaged(1),
    stagedDuplicates: (tracker) => tracker.stagedDuplicates(1),
    stagedMembers: (tracker) => tracker.stagedMembers(1),
    stagedOthers: (tracker) => tracker.stagedOthers(1),
    inflateRange: (tracker) => tracker.inflateRange(0, 1),
    inflateRuns: (tracker) => tracker.inflateRuns(Uint32Array.of(0, 1)),
    deflateRange: (tracker) => tracker.deflateRange(0, 1),
    runs: (tracker) => tracker.runs,
    copyRuns: (tracker) => tracker.copyRuns(new Runs()),
    has: (tracker) => tracker.has(0),
    countRange: (tracker) => tracker.countRange(0, 1),
    next: (tracker) => tracker.next(0),
    nextOutside: (tracker) => tracker.nextOutside(0),
    toArray: (tracker) => tracker.toArray(),
    clone: (tracker) => tracker.clone(),
    iterator: (tracker) => [...tracker],
    allRuns: (tracker) => tracker.allRuns(),
    allHostPages: (tracker) => tracker.allHostPages(),
    forEachRun: (tracker) => {
      tracker.forEachRun(() => undefined);
    },
    clear: (tracker) => {
      tracker.clear();
    },
  };

  test.each(Object.entries(uses))("makes %s throw, which worked before", (_, use) => {
    const tracker = new PageTracker(100);
    tracker.staging(4);
    expect(() => use(tracker)).not.toThrow();
    tracker.dispose();
    expect(() => use(tracker)).toThrow(new Error("PageTracker: used after dispose"));
  });

  test("may be repeated, and leaves earlier runs as they are", () => {
    const tracker = new PageTracker(100);
    tracker.inflateRange(0, 5);
    const { runs } = tracker;
    expect(tracker.disposed).toBe(false);
    tracker[Symbol.dispose]();
    tracker.dispose();
    expect(tracker.disposed).toBe(true);
    expect(tracker.frames).toBe(100);
    expect([...runs]).toEqual([[0, 5]]);
  });
});
