import fc from "fast-check";
import { expect, test } from "vitest";
import { PageTracker, Runs } from "../../src/tracker/index.ts";
import { BACKED_AT_FIRST, batches, pfns } from "./arbitraries.ts";
import { Model, expectSameSet, pfnsOf, readRuns, stage } from "./model.ts";

type Command = fc.Command<Model, PageTracker>;

/** A command that may always run; fast-check prints its name and arguments on failure. */
function command<Args extends readonly unknown[]>(
  name: string,
  args: { [K in keyof Args]: fc.Arbitrary<Args[K]> },
  run: (model: Model, tracker: PageTracker, ...args: Args) => void,
): fc.Arbitrary<Command> {
  return fc.tuple(...args).map((values) => ({
    check: () => true,
    run: (model, tracker) => {
      run(model, tracker, ...(values as unknown as Args));
    },
    toString: () => `${name}(${JSON.stringify(values)})`,
  }));
}

const FRAMES = BACKED_AT_FIRST + 5000;
const pfn = pfns(FRAMES);
const batch = batches(FRAMES);
const first = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: BACKED_AT_FIRST - 100, max: FRAMES }),
);
const length = fc.integer({ min: 0, max: 700 });
const within = (from: number, frames: number): number => Math.min(frames, FRAMES - from);

const commands = [
  command("inflate", [batch], (model, tracker, pfns) => {
    expect(tracker.inflate(Uint32Array.from(pfns))).toEqual(model.inflate(pfns).counts);
  }),
  command("deflate", [batch], (model, tracker, pfns) => {
    expect(tracker.deflate(Uint32Array.from(pfns))).toEqual(model.deflate(pfns).counts);
  }),
  command("inflateStaged", [batch], (model, tracker, pfns) => {
    const expected = model.inflate(pfns);
    expect(tracker.inflateStaged(stage(tracker, pfns))).toEqual(expected.counts);
    expect(readRuns(tracker.runs)).toEqual(expected.runs);
  }),
  command("deflateStaged", [batch], (model, tracker, pfns) => {
    const expected = model.deflate(pfns);
    expect(tracker.deflateStaged(stage(tracker, pfns))).toEqual(expected.counts);
    expect(readRuns(tracker.runs)).toEqual(expected.runs);
  }),
  command("inflateStagedInto", [batch], (model, tracker, pfns) => {
    const expected = model.inflate(pfns);
    const result = { changed: 9, redundant: 9, outOfRange: 9 };
    expect(tracker.inflateStagedInto(result, stage(tracker, pfns))).toBe(result);
    expect(result).toEqual(expected.counts);
    expect(readRuns(tracker.copyRuns(new Runs()))).toEqual(expected.runs);
  }),
  command("deflateSilentlyInto", [batch], (model, tracker, pfns) => {
    const result = { changed: 9, redundant: 9, outOfRange: 9 };
    expect(tracker.deflateSilentlyInto(result, stage(tracker, pfns))).toBe(result);
    expect(result).toEqual(model.deflate(pfns).counts);
  }),
  command("inflateRange", [first, length], (model, tracker, from, frames) => {
    const expected = model.inflate(pfnsOf(from, within(from, frames)));
    expect(tracker.inflateRange(from, within(from, frames))).toBe(expected.counts.changed);
    expect(readRuns(tracker.runs)).toEqual(expected.runs);
  }),
  command("deflateRange", [first, length], (model, tracker, from, frames) => {
    const expected = model.deflate(pfnsOf(from, within(from, frames)));
    expect(tracker.deflateRange(from, within(from, frames))).toBe(expected.counts.changed);
    expect(readRuns(tracker.runs)).toEqual(expected.runs);
  }),
  command("countRange", [first, length], (model, tracker, from, frames) => {
    const asked = within(from, frames);
    expect(tracker.countRange(from, asked)).toBe(model.countRange(from, asked));
  }),
  command("has", [pfn], (model, tracker, asked) => {
    expect(tracker.has(asked)).toBe(model.set.has(asked));
  }),
  command("next", [pfn], (model, tracker, asked) => {
    expect(tracker.next(asked)).toBe(model.next(asked));
  }),
  command("nextOutside", [pfn], (model, tracker, asked) => {
    expect(tracker.nextOutside(asked)).toBe(model.nextOutside(asked));
  }),
  command("allRuns", [], (model, tracker) => {
    expectSameSet(tracker, model);
  }),
  command("clear", [], (model, tracker) => {
    model.set.clear();
    tracker.clear();
  }),
];

test("any sequence of calls does what the model does", () => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 60, size: "max" }), (sequence) => {
      fc.modelRun(() => ({ model: new Model(FRAMES), real: new PageTracker(FRAMES) }), sequence);
    }),
    { numRuns: 500 },
  );
});
