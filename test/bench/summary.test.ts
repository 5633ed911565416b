import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.ts";

interface Call {
  readonly gauged: number;
  readonly seconds: number;
}
type Suite = ReadonlyMap<string, readonly Call[]>;
interface Records {
  readonly records: readonly Readonly<Record<string, number>>[];
  readonly calm: number;
  readonly disturbed: boolean;
}
interface Summary {
  readonly ours: { readonly seconds: number };
  readonly peers: readonly { readonly name: string }[];
  readonly ratio: number;
  readonly disturbed: boolean;
}

const { recordsOf, quickestOf } = await benchModule<{
  recordsOf: (suites: readonly Suite[], contenders: readonly object[], quickest: number) => Records;
  quickestOf: (suites: readonly Suite[], before: number) => number;
}>("calm");
const { summarize } = await benchModule<{
  summarize: (measured: readonly object[], ours: string) => Summary;
}>("summary");

const calm = (seconds: number): Call => ({ gauged: 1, seconds });
const shared = (seconds: number): Call => ({ gauged: 2, seconds });
const suite = (calls: Readonly<Record<string, readonly Call[]>>): Suite => new Map(Object.entries(calls));
const repeat = <T>(times: number, item: T): T[] => Array.from({ length: times }, () => item);

describe("the calls of a row", () => {
  const contenders = [{ name: "ours" }, { name: "peer" }];

  test("count while the core is not shared", () => {
    const each = suite({
      ours: [shared(9), calm(1), calm(2), calm(3)],
      peer: [calm(4), calm(4), shared(20), shared(20), shared(20)],
    });
    const found = recordsOf(repeat(3, each), contenders, 1);
    expect(found).toEqual({ records: repeat(3, { ours: 2, peer: 4 }), calm: 3, disturbed: false });
  });

  test("leave out contenders that were disturbed in a suite", () => {
    const both = suite({ ours: [calm(1), calm(1)], peer: [calm(4), calm(4)] });
    const oursOnly = suite({ ours: [calm(1), calm(1)], peer: [shared(8), calm(4), shared(8)] });
    const { records, calm: suites } = recordsOf([...repeat(3, both), oursOnly], contenders, 1);
    expect(records).toEqual([...repeat(3, { ours: 1, peer: 4 }), { ours: 1 }]);
    expect(suites).toBe(3);
  });

  test("all count, for all contenders, when a peer was hardly ever calm", () => {
    const each = suite({ ours: [calm(1), calm(1), shared(2)], peer: [shared(8), calm(4), shared(8)] });
    const found = recordsOf(repeat(3, each), contenders, 1);
    expect(found).toEqual({ records: repeat(3, { ours: 1, peer: 8 }), calm: 0, disturbed: true });
    const mostlyShared = suite({ ours: [calm(1), calm(1), ...repeat(3, shared(2))], peer: [shared(8)] });
    expect(recordsOf([mostlyShared], contenders, 1).records).toEqual([{ ours: 2, peer: 8 }]);
  });

  test("are net of what is subtracted, calm from calm", () => {
    const minus = { name: "copying" };
    const each = suite({
      ours: [calm(5), calm(5), shared(9)],
      copying: [calm(1), calm(1), shared(3), shared(3)],
      peer: [calm(8), calm(8)],
    });
    const { records } = recordsOf(repeat(3, each), [{ name: "ours", minus }, { name: "peer" }], 1);
    expect(records).toEqual(repeat(3, { ours: 4, peer: 8 }));
  });

  test("say nothing when nothing is left", () => {
    const minus = { name: "copying" };
    const each = suite({ ours: [calm(1), calm(1)], copying: [calm(1), calm(1)], peer: [calm(8), calm(8)] });
    const { records } = recordsOf([each], [{ name: "ours", minus }, { name: "peer" }], 1);
    expect(records).toEqual([{ peer: 8 }]);
  });

  test("show how quick the gauge can be", () => {
    expect(quickestOf([suite({ ours: [shared(1), calm(1)], peer: [shared(1)] })], 1.5)).toBe(1);
    expect(quickestOf([suite({ ours: [shared(1)] })], 1.5)).toBe(1.5);
  });
});

describe("a summary", () => {
  const measured = (suites: readonly object[], disturbed = false): object => ({
    suites,
    disturbed,
    hopeless: {},
  });

  test("has the peer with the smallest median, and the median of the ratios side by side", () => {
    const suites = [
      { ours: 1, a: 4, b: 3 },
      { ours: 2, a: 4, b: 10 },
      { ours: 1, a: 5, b: 9 },
    ];
    const { ours, peers, ratio, disturbed } = summarize([measured(suites)], "ours");
    expect(ours.seconds).toBe(1);
    expect(peers.map(({ name }) => name)).toEqual(["a", "b"]);
    expect({ ratio, disturbed }).toEqual({ ratio: 4, disturbed: false });
  });

  test("compares medians if hardly any suite has both", () => {
    const suites = [{ ours: 2, a: 20 }, { a: 6 }, { ours: 2 }, { a: 6 }];
    expect(summarize([measured(suites)], "ours").ratio).toBe(3);
  });

  test("gives every process the same weight, and disturbed ones none", () => {
    const process = (ratio: number, suites: number, disturbed = false): object =>
      measured(repeat(suites, { ours: 1, a: ratio }), disturbed);
    expect(summarize([process(2, 3), process(3, 4), process(9, 60)], "ours").ratio).toBe(3);
    expect(summarize([process(2, 3), process(9, 60, true), process(9, 60, true)], "ours").ratio).toBe(2);
  });

  test("says when all suites were disturbed", () => {
    const { ratio, disturbed } = summarize([measured(repeat(5, { ours: 1, a: 2 }), true)], "ours");
    expect({ ratio, disturbed }).toEqual({ ratio: 2, disturbed: true });
  });
});
