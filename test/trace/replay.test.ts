import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Balloon } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { decodeTrace, replayDevice, replayTracker, unpinnedHost } from "../../src/trace/index.ts";
import type { DeviceReplay, FreePages, ReplayResult, Trace, TraceRecord } from "../../src/trace/index.ts";
import { MAX_BATCH, PageTracker } from "../../src/tracker/index.ts";
import { SplitQueue } from "../../src/virtio/index.ts";
import { batchRecords } from "./arbitraries.ts";
import { FIXTURES, readFixture } from "./fixtures.ts";
import type { Fixture } from "./fixtures.ts";
import { expectedOf, UnpinnedRecorder } from "./model.ts";
import type { Expected } from "./model.ts";
import { BalloonModel } from "../../src/balloon/model.ts";

function total(expected: Expected, count: "changed" | "redundant" | "outOfRange"): number {
  return expected.batches.reduce((sum, batch) => sum + batch[count], 0);
}

/** Whether a device takes the batch for 8-byte PFNs, which the tracker does not know. */
function looksWide(pfns: Uint32Array): boolean {
  return pfns.length % 2 === 0 && pfns.every((pfn, i) => i % 2 === 0 || pfn === 0);
}

function expectResult(result: ReplayResult, { records }: Trace, expected: Expected): void {
  const counts = result.batches.map(({ record: _record, ...counts }) => counts);
  expect(counts).toEqual(expected.batches);
  expect(result.batches.map(({ record }) => record)).toEqual(records.filter((record) => "pfns" in record));
  const { changed, redundant, outOfRange, pfns } = result;
  for (const count of ["changed", "redundant", "outOfRange"] as const) {
    expect(result[count]).toBe(total(expected, count));
  }
  expect(pfns).toBe(changed + redundant + outOfRange);
  expect([...result.balloonedRuns]).toEqual(expected.ballooned);
  expect(result.balloonedFrames).toBe(expected.batches.at(-1)?.balloonedFrames ?? 0);
}

/** The device's faults that come from the batches themselves. */
function batchFaults({ balloon }: DeviceReplay): { redundant: number; outOfRange: number } {
  const { faults } = balloon;
  const redundant = ["pfn-duplicate", "pfn-already-ballooned", "pfn-not-ballooned"] as const;
  return {
    redundant: redundant.reduce((sum, fault) => sum + (faults[fault] ?? 0), 0),
    outOfRange: faults["pfn-out-of-range"] ?? 0,
  };
}

function expectFaults(replay: DeviceReplay, expected: Expected): void {
  const { redundant, outOfRange } = replay;
  expect({ redundant, outOfRange }).toEqual(batchFaults(replay));
  expect(redundant).toBe(total(expected, "redundant"));
  expect(Object.keys(replay.balloon.faults).filter((fault) => !fault.startsWith("pfn-"))).toEqual([]);
}

function freePagesIn({ records }: Trace, kind: "hint" | "report"): FreePages {
  const ranges = records.flatMap((record) => (record.kind === kind ? [record.ranges] : []));
  const frames = ranges.flatMap((words) => [...words].filter((_, i) => i % 2 === 1));
  return {
    records: ranges.length,
    ranges: frames.length,
    frames: frames.reduce((sum, n) => sum + n, 0),
  };
}

const NOTHING: FreePages = { records: 0, ranges: 0, frames: 0 };

describe.each(FIXTURES)("%s", (name: Fixture) => {
  const trace = decodeTrace(readFixture(name));
  const expected = expectedOf(trace);

  test("does to a tracker what it does to a set of numbers", () => {
    expectResult(replayTracker(trace), trace, expected);
  });

  test("does to a device with locked memory what it does to a set of numbers", () => {
    const host = new RecordingHost({ frames: trace.guestFrames });
    const replay = replayDevice(trace, host);
    expectResult(replay, trace, expected);
    expectFaults(replay, expected);
    expect(host.calls).toEqual(expected.pinned);
    expect(host.lockedFrames).toBe(trace.guestFrames - replay.balloonedFrames);
    const { records } = trace;
    expect(replay).toMatchObject({ hint: NOTHING, report: NOTHING });
    expect(replay.skipped).toBe(records.length - expected.batches.length);
  });

  test("does to a device without locks what it does to a set of numbers", () => {
    const host = new UnpinnedRecorder();
    const replay = replayDevice(trace, host);
    expectResult(replay, trace, expected);
    expectFaults(replay, expected);
    expect(host.calls).toEqual(expected.unpinned);
    expect(replay.hint).toEqual(freePagesIn(trace, "hint"));
    expect(replay.report).toEqual(freePagesIn(trace, "report"));
    expect(replay.skipped).toBe(0);
  });
});

test("the recordings contain what they are for", () => {
  const all = FIXTURES.flatMap((name) => decodeTrace(readFixture(name)).records);
  const sizes = (kind: string): Set<number> =>
    new Set(all.flatMap((record) => ("pfns" in record && record.kind === kind ? [record.pfns.length] : [])));
  for (const kind of ["inflate", "deflate"]) {
    expect(sizes(kind)).toContain(1);
    expect(sizes(kind)).toContain(256);
  }
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(4);
});

function traceOf(guestFrames: number, ...records: TraceRecord[]): Trace {
  return { guestFrames, records };
}

function batch(kind: "inflate" | "deflate", pfns: Iterable<number>): TraceRecord {
  return { kind, timeUs: 0, pfns: Uint32Array.from(pfns) };
}

function freePages(kind: "hint" | "report", ...ranges: number[]): TraceRecord {
  return { kind, timeUs: 0, ranges: Uint32Array.from(ranges) };
}

function balloonedRuns(...ranges: number[]): TraceRecord {
  return { kind: "ballooned", timeUs: 0, ranges: Uint32Array.from(ranges) };
}

describe("input that no good guest sends:", () => {
  const FRAMES = 64;
  const pfn = fc.oneof(fc.nat(FRAMES + 8), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

  test("repeated frames and frames out of range are counted", () => {
    const trace = traceOf(
      FRAMES,
      balloonedRuns(),
      batch("inflate", [1, 1, 2, 64]),
      batch("deflate", [2, 3, 2 ** 32 - 1]),
    );
    const counts = [
      { changed: 2, redundant: 1, outOfRange: 1, balloonedFrames: 2 },
      { changed: 1, redundant: 1, outOfRange: 1, balloonedFrames: 1 },
    ];
    for (const result of [replayTracker(trace), replayDevice(trace), replayDevice(trace, unpinnedHost)]) {
      expect(result.batches.map(({ record: _record, ...rest }) => rest)).toEqual(counts);
      expect(result).toMatchObject({ pfns: 7, changed: 3, redundant: 2, outOfRange: 2, balloonedFrames: 1 });
    }
  });

  test("any batches do to tracker and device what they do to a set of numbers", () => {
    fc.assert(
      fc.property(fc.array(batchRecords(pfn), { maxLength: 8 }), (records) => {
        const trace = traceOf(FRAMES, ...records.filter(({ pfns }) => pfns.length > 0 && !looksWide(pfns)));
        const expected = expectedOf(trace);
        const host = new RecordingHost({ frames: FRAMES });
        const replay = replayDevice(trace, host);
        expectResult(replayTracker(trace), trace, expected);
        expectResult(replay, trace, expected);
        expectFaults(replay, expected);
        expect(host.calls).toEqual(expected.pinned);
      }),
    );
  });

  test("a batch that a device refuses has no effect on it", () => {
    const tooLong = Array.from({ length: MAX_BATCH + 1 }, (_, i) => i % 100);
    const trace = traceOf(128, batch("inflate", []), batch("inflate", tooLong), batch("inflate", [7]));
    const { batches, balloon } = replayDevice(trace);
    expect(batches.map(({ changed, balloonedFrames }) => [changed, balloonedFrames])).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
    expect(balloon.faults).toEqual({ empty: 1, oversized: 1 });
    expect(replayTracker(trace).balloonedFrames).toBe(100);
  });

  test("free pages outside the guest are not taken, in part of a chain or all of it", () => {
    const trace = traceOf(64, freePages("report", 1, 2, 63, 2), freePages("report", 3, 4));
    const { report, balloon } = replayDevice(trace, unpinnedHost);
    expect(report).toEqual({ records: 1, ranges: 1, frames: 4 });
    expect(balloon.faults).toEqual({ "address-out-of-range": 1 });
  });

  test("no frame outside the guest is discarded, whatever is reported", () => {
    const range = fc.tuple(pfn, fc.oneof(fc.nat(8), fc.nat(2 ** 20 - 1)));
    const record = fc
      .tuple(
        fc.constantFrom("hint" as const, "report" as const),
        fc.array(range, { minLength: 1, maxLength: 32 }),
      )
      .map(([kind, ranges]) => freePages(kind, ...ranges.flat()));
    let discards = 0;
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const host = new UnpinnedRecorder();
        const { hint, report } = replayDevice(traceOf(FRAMES, ...records), host);
        expect(host.calls.filter(({ first, frames }) => first + frames > FRAMES)).toEqual([]);
        expect(hint.ranges + report.ranges).toBe(host.calls.length);
        discards += host.calls.length;
      }),
    );
    expect(discards).toBeGreaterThan(0);
  });

  test.each<[string, Trace]>([
    ["report: a chain of 0 buffers does not fit a queue of 32", traceOf(64, freePages("report"))],
    [
      "report: a chain of 33 buffers does not fit a queue of 32",
      traceOf(64, freePages("report", ...Array.from({ length: 66 }, (_, i) => i % 2))),
    ],
    [
      "1048576 frames at 0: a buffer must be shorter than 4 GiB",
      traceOf(64, freePages("report", 0, 2 ** 20)),
    ],
    ["a guest of 1 frames cannot hold its rings and its batches", traceOf(1, batch("inflate", [0]))],
    [
      "a guest of 12 frames cannot hold its rings and its batches",
      traceOf(12, batch("inflate", Array<number>(5000).fill(0)), batch("deflate", [0])),
    ],
  ])("an impossible chain is an error: %s", (message, trace) => {
    expect(() => replayDevice(trace, unpinnedHost)).toThrow(new RangeError(message));
  });
});

test("a guest with more memory than can be allocated is a RangeError", () => {
  expect(() => replayDevice(traceOf(2 ** 32 - 1))).toThrow(RangeError);
});

describe("the page set at the beginning of a recording", () => {
  const accused = (trace: Trace): object => {
    const { balloon } = replayDevice(trace, unpinnedHost);
    return { faults: balloon.faults, broken: balloon.broken.map(({ rule, times }) => [rule, times]) };
  };
  const NOBODY = { faults: {}, broken: [] };
  const GIVEN_TWICE = { faults: { "pfn-not-ballooned": 1 }, broken: [["DRV-O10", 1]] };

  test("is taken from the record: a ballooned page may be taken back once, and no other page", () => {
    expect(accused(traceOf(64, balloonedRuns(8, 4), batch("deflate", [9, 10])))).toEqual(NOBODY);
    expect(accused(traceOf(64, balloonedRuns(8, 4), batch("deflate", [9, 12])))).toEqual(GIVEN_TWICE);
    expect(
      accused(traceOf(64, balloonedRuns(8, 4), batch("deflate", [9, 10]), batch("deflate", [9]))),
    ).toEqual(GIVEN_TWICE);
  });

  test("is unknown without a record: the first deflate of an unknown page is no fault", () => {
    expect(accused(traceOf(64, batch("deflate", [9, 10])))).toEqual(NOBODY);
    expect(accused(traceOf(64, batch("deflate", [9, 10]), batch("deflate", [9])))).toEqual(GIVEN_TWICE);
    expect(accused(traceOf(64, batch("inflate", [9]), batch("deflate", [9]), batch("deflate", [9])))).toEqual(
      GIVEN_TWICE,
    );
  });

  test("may be replaced when the device continued from another page set, which is no fault either", () => {
    const again = [batch("inflate", [1, 2, 3]), balloonedRuns(), batch("inflate", [1, 2, 3])];
    expect(accused(traceOf(64, balloonedRuns(), ...again))).toEqual(NOBODY);
    const back = [batch("inflate", [1, 2, 3]), balloonedRuns(2, 1, 9, 2), batch("deflate", [2, 9])];
    const trace = traceOf(64, balloonedRuns(), ...back);
    expect(accused(trace)).toEqual(NOBODY);
    for (const result of [replayTracker(trace), replayDevice(trace)])
      expect(result.balloonedRuns).toEqual(Uint32Array.of(10, 1));
  });
});

describe("a replay", () => {
  const TINY = traceOf(64, batch("inflate", [1]));

  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("continues with the tracker that it is given", () => {
    const tracker = new PageTracker(64);
    tracker.inflateRange(0, 4);
    const result = replayTracker(traceOf(64, batch("deflate", [3, 4])), tracker);
    expect(result).toMatchObject({ changed: 1, redundant: 1, balloonedFrames: 3 });
    expect(tracker.allRuns()).toEqual(Uint32Array.of(0, 3));
  });

  test("continues past the 16 bits of a ring index", () => {
    const again = batch("inflate", [5]);
    const { changed, redundant, balloon } = replayDevice(
      traceOf(64, ...Array<TraceRecord>(70_000).fill(again)),
    );
    expect({ changed, redundant }).toEqual({ changed: 1, redundant: 69_999 });
    expect(balloon.batches.inflate).toBe(70_000);
  });

  test("sends hints as one run", () => {
    const trace = traceOf(64, freePages("hint", 8, 1), batch("inflate", [3]), freePages("hint", 9, 2));
    const request = vi.spyOn(Balloon.prototype, "requestFreePages");
    const { hint, balloon } = replayDevice(trace, unpinnedHost);
    expect(request).toHaveBeenCalledOnce();
    expect(hint).toEqual({ records: 2, ranges: 2, frames: 3 });
    expect(balloon.faults).toEqual({});
    expect(balloon.host.discardedFrames).toBe(4);
  });

  test("continues when its host refuses", () => {
    const host = new RecordingHost({ frames: 64 });
    host.failCall(2, "EAGAIN");
    const trace = traceOf(64, batch("inflate", [1, 2]), batch("deflate", [1, 2]));
    const { changed, balloon } = replayDevice(trace, host);
    expect(changed).toBe(4);
    expect(balloon).toMatchObject({ balloonedFrames: 0, owedFrames: 2, host: { lockFailures: 1 } });
  });

  test("reports when the device keeps a chain", () => {
    vi.spyOn(BalloonModel.prototype, "notified").mockReturnValue(false);
    expect(() => replayDevice(TINY)).toThrow("inflate: sent chain 0, the device returned []");
  });

  test.each([
    { head: 1, written: 0 },
    { head: 0, written: 4 },
  ])(
    "reports when the device returns another chain or claims to have written to it: %o",
    ({ head, written }) => {
      const push = Reflect.get(SplitQueue.prototype, "push");
      vi.spyOn(SplitQueue.prototype, "push").mockImplementation(function (this: SplitQueue) {
        push.call(this, head, written);
      });
      const returned = JSON.stringify([{ head, written }]);
      expect(() => replayDevice(TINY)).toThrow(`inflate: sent chain 0, the device returned ${returned}`);
    },
  );
});
