import { describe, expect, test } from "vitest";
import { MAX_BATCH, MAX_FRAMES, PageTracker, Runs } from "../../src/tracker/index.ts";
import { ENGINE_BASE64, PLAIN_ENGINE_BASE64 } from "../../src/generated/engine.ts";
import { BACKED_AT_FIRST } from "./arbitraries.ts";
import { pfnsOf, readRuns, readStaged, stage } from "./model.ts";

/** Frames whose bits are in one page (64 KiB) of the engine's memory. */
const FRAMES_PER_PAGE = 8 * 65536;

/** Pages of the engine's memory. */
function pagesOf(tracker: PageTracker): number {
  return tracker.staging(4).buffer.byteLength / 65536;
}

describe("growth", () => {
  test("rebuilds the views when a batch grows the memory", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    const before = tracker.staging(8);
    expect(tracker.inflateStaged(stage(tracker, [3, BACKED_AT_FIRST]))).toEqual({
      changed: 2,
      redundant: 0,
      outOfRange: 0,
    });
    expect(before.length).toBe(0);
    expect(readRuns(tracker.runs)).toEqual([3, 1, BACKED_AT_FIRST, 1]);
    expect(readStaged(tracker, 2)).toEqual([3, BACKED_AT_FIRST]);
    expect(tracker.deflateStaged(2).changed).toBe(2);
  });

  test("keeps what was set before", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    tracker.inflateRange(10, 20);
    tracker.inflate(Uint32Array.of(MAX_FRAMES - 1));
    tracker.inflate(Uint32Array.from(pfnsOf(BACKED_AT_FIRST - 40, 80)));
    expect([...tracker.allRuns()]).toEqual([10, 20, BACKED_AT_FIRST - 40, 80, MAX_FRAMES - 1, 1]);
  });

  test.each([
    ["a quarter of what there is", MAX_FRAMES, BACKED_AT_FIRST, 27],
    ["no more than the last frame needs", BACKED_AT_FIRST + 1, BACKED_AT_FIRST, 23],
    ["what the frame needs where that is more", MAX_FRAMES, BACKED_AT_FIRST + 10 * FRAMES_PER_PAGE, 33],
    ["no more for the last frame of a page", MAX_FRAMES, BACKED_AT_FIRST + 11 * FRAMES_PER_PAGE - 1, 33],
    ["nothing for a frame that is backed", MAX_FRAMES, BACKED_AT_FIRST - 1, 22],
  ])("adds %s", (_, frames, frame, pages) => {
    const inflations = [
      (tracker: PageTracker) => tracker.inflate(Uint32Array.of(frame)),
      (tracker: PageTracker) => tracker.inflate(Uint32Array.from(pfnsOf(frame - 63, 64))),
      (tracker: PageTracker) => tracker.inflateRange(frame, 1),
    ];
    for (const hostPageFrames of [1, 2]) {
      for (const inflate of inflations) {
        const tracker = new PageTracker(frames, { hostPageFrames });
        inflate(tracker);
        expect(pagesOf(tracker)).toBe(pages);
      }
    }
  });

  test.each([1, 2])("does not happen in a deflate, with host pages of %i", (hostPageFrames) => {
    const tracker = new PageTracker(MAX_FRAMES, { hostPageFrames });
    tracker.deflate(Uint32Array.from(pfnsOf(BACKED_AT_FIRST + 100, 64)));
    tracker.deflateRange(BACKED_AT_FIRST + 100, 64);
    expect(pagesOf(tracker)).toBe(22);
  });

  test("does not prevent reading the runs of a range that changed nothing", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    tracker.deflateRange(0, 1);
    tracker.inflate(Uint32Array.of(MAX_FRAMES - 1));
    tracker.deflateRange(0, 0);
    expect(tracker.runs.toArray()).toEqual(new Uint32Array(0));
  });

  test("works around the border: PFNs there can be added and removed before and after", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    const pfns = Uint32Array.of(7, BACKED_AT_FIRST - 1, BACKED_AT_FIRST, 7, MAX_FRAMES, 9);
    expect(tracker.deflate(pfns)).toEqual({ changed: 0, redundant: 5, outOfRange: 1 });
    expect(tracker.inflate(pfns)).toEqual({ changed: 4, redundant: 1, outOfRange: 1 });
    expect([...tracker]).toEqual([7, 9, BACKED_AT_FIRST - 1, BACKED_AT_FIRST]);
    expect(tracker.inflate(Uint32Array.of(BACKED_AT_FIRST))).toEqual({
      changed: 0,
      redundant: 1,
      outOfRange: 0,
    });
    expect(tracker.deflate(pfns)).toEqual({ changed: 4, redundant: 1, outOfRange: 1 });
    expect(tracker.count).toBe(0);
  });

  test("leaves a run that crosses the first growth border in one piece", () => {
    const tracker = new PageTracker(MAX_FRAMES);
    tracker.inflateStaged(stage(tracker, pfnsOf(BACKED_AT_FIRST - 100, 200).reverse()));
    expect(readRuns(tracker.runs)).toEqual([BACKED_AT_FIRST - 100, 200]);
  });
});

describe("the hot path", () => {
  test("uses one staging view, and fills the caller's list of runs", () => {
    const tracker = new PageTracker(1000);
    const staging = tracker.staging(1024);
    tracker.inflateStaged(256);
    const runs = new Runs();
    expect(tracker.staging(1024)).toBe(staging);
    expect(tracker.copyRuns(runs)).toBe(runs);
  });

  test("leaves the results of earlier batches unchanged", () => {
    const tracker = new PageTracker(1000);
    const added = tracker.inflateStaged(stage(tracker, [5, 6, 5]));
    const removed = tracker.deflateStaged(stage(tracker, [6]));
    const more = tracker.inflate(Uint32Array.of(1, 2000));
    expect(added).toEqual({ changed: 2, redundant: 1, outOfRange: 0 });
    expect(removed).toEqual({ changed: 1, redundant: 0, outOfRange: 0 });
    expect(more).toEqual({ changed: 1, redundant: 0, outOfRange: 1 });
  });

  test("takes MAX_BATCH PFNs in the staging area", () => {
    const tracker = new PageTracker(MAX_BATCH);
    expect(tracker.staging(4 * MAX_BATCH).length).toBe(4 * MAX_BATCH);
    expect(tracker.inflateStaged(stage(tracker, pfnsOf(0, MAX_BATCH))).changed).toBe(MAX_BATCH);
  });
});

describe("when the host refuses memory,", () => {
  // The last frame backed by one page of 64 KiB more than the module starts with.
  const LAST_BACKED = BACKED_AT_FIRST + 8 * 65536 - 1;

  test("an inflating batch throws after tracking what it could", async () => {
    const tracker = await limited();
    const pfns = [LAST_BACKED + 1, 5, LAST_BACKED, MAX_FRAMES - 1, MAX_FRAMES];
    stage(tracker, pfns);
    expect(() => tracker.inflateStaged(pfns.length)).toThrow(/no memory for the bits of 2 frames/);
    expect(readRuns(tracker.runs)).toEqual([5, 1, LAST_BACKED, 1]);
    expect(tracker.count).toBe(2);
    expect(() => tracker.inflate(Uint32Array.from(pfns))).toThrow(/no memory/);
    expect(tracker.deflate(Uint32Array.from(pfns))).toEqual({ changed: 2, redundant: 2, outOfRange: 1 });
  });

  test("a refused sequence is refused PFN by PFN", async () => {
    const tracker = await limited();
    const pfns = Uint32Array.from(pfnsOf(LAST_BACKED - 99, 200));
    expect(() => tracker.inflate(pfns)).toThrow(/no memory for the bits of 100 frames/);
    expect([...tracker.allRuns()]).toEqual([LAST_BACKED - 99, 100]);
  });

  test("a list of runs throws after adding what it could", async () => {
    const tracker = await limited();
    const pairs = Uint32Array.of(5, 1, LAST_BACKED - 3, 10, 20, 2);
    expect(() => tracker.inflateRuns(pairs)).toThrow(/no memory for the bits of 10 frames/);
    expect([...tracker.allRuns()]).toEqual([5, 1, 20, 2]);
    expect(tracker.count).toBe(3);
  });

  test.each([1, 2, 64])(
    "an inflating range with host pages of %i throws and changes nothing",
    async (frames) => {
      const tracker = await limited(frames);
      const message = `no memory for the bits of ${MAX_FRAMES - 10} frames`;
      expect(() => tracker.inflateRange(10, MAX_FRAMES - 10)).toThrow(message);
      expect(tracker.runs.length).toBe(0);
      expect(tracker.count).toBe(0);
      expect(tracker.inflateRange(10, 20)).toBe(20);
    },
  );

  async function limited(hostPageFrames = 1): Promise<PageTracker> {
    const simd = Buffer.from(ENGINE_BASE64, "base64");
    const engine = WebAssembly.validate(simd) ? simd : Buffer.from(PLAIN_ENGINE_BASE64, "base64");
    await PageTracker.prepare(limitMemory(engine, 23));
    return new PageTracker(MAX_FRAMES, { hostPageFrames });
  }
});

/** A copy of a module with an upper limit on its memory: rewrites `05 03 01 00 min` (section 5, one memory). */
function limitMemory(module: Buffer, maxPages: number): Uint8Array<ArrayBuffer> {
  const at = module.indexOf(Buffer.of(0x05, 0x03, 0x01, 0x00));
  const minPages = module[at + 4]!;
  const limitedSection = [0x05, 0x04, 0x01, 0x01, minPages, maxPages];
  return Uint8Array.from([...module.subarray(0, at), ...limitedSection, ...module.subarray(at + 5)]);
}
