import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const HARNESS = fileURLToPath(new URL("../../bench/harness/compare.js", import.meta.url));

interface Contender {
  readonly name: string;
  readonly pass: () => number;
  readonly expect: number;
  readonly prove?: () => void;
}
interface Measured {
  readonly suites: readonly Readonly<Record<string, number>>[];
  readonly calm: number;
  readonly hopeless: Readonly<Record<string, number>>;
}
interface Summary {
  readonly ours: { readonly seconds: number };
  readonly peers: readonly { readonly name: string; readonly seconds: number; readonly ratio: number }[];
  readonly ratio: number;
}
const { compare, summarize } = (await import(HARNESS)) as {
  compare: (contenders: object, effort: object) => Promise<Measured>;
  summarize: (measured: readonly object[], ours: string) => Summary;
};

/** Spins for about so many microseconds. */
function spinning(name: string, microseconds: number, wrong = 0): Contender {
  const pass = (): number => {
    const end = performance.now() + microseconds / 1000;
    while (performance.now() < end);
    return 1 + wrong;
  };
  return { name, pass, expect: 1 };
}

describe("comparing", () => {
  const effort = (quickest: number): object => ({ suites: 2, patience: 2, seconds: 0.002, quickest });
  const contenders = { ours: spinning("ours", 200), peers: [spinning("half as fast", 400)] };

  test("takes no more suites than wanted when each of them is calm", async () => {
    const { suites, calm } = await compare(contenders, effort(Infinity));
    expect(calm).toBe(2);
    expect(suites).toHaveLength(2);
    for (const suite of suites) expect(Object.keys(suite).sort()).toEqual(["half as fast", "ours"]);
  });

  test("takes what it can get when none is", async () => {
    const { suites, calm } = await compare(contenders, effort(0));
    expect(calm).toBe(0);
    expect(suites).toHaveLength(4);
    for (const suite of suites) expect(Object.keys(suite).sort()).toEqual(["half as fast", "ours"]);
  });

  test("measures", async () => {
    const { suites } = await compare(contenders, effort(Infinity));
    for (const suite of suites) {
      const ratio = suite["half as fast"]! / suite.ours!;
      expect(ratio).toBeGreaterThan(1.3);
      expect(ratio).toBeLessThan(3);
    }
  });

  test("only tries who has no chance", async () => {
    const peers = [spinning("half as fast", 400), spinning("hopeless", 4000)];
    const { suites, hopeless } = await compare({ ours: contenders.ours, peers }, effort(Infinity));
    expect(Object.keys(hopeless)).toEqual(["hopeless"]);
    for (const suite of suites) expect(suite).not.toHaveProperty("hopeless");
  });

  test("fails for a pass that does not do what it should, and for one who is wrong on other input", async () => {
    const peers = [spinning("wrong", 100, 1)];
    await expect(compare({ ours: contenders.ours, peers }, effort(Infinity))).rejects.toThrow(
      "wrong: expected a pass to return 1, got 2",
    );
    const prove = (): never => {
      throw new Error("cannot count");
    };
    const unproven = [{ ...spinning("unproven", 400), prove }];
    await expect(compare({ ours: contenders.ours, peers: unproven }, effort(Infinity))).rejects.toThrow(
      "cannot count",
    );
  });
});

describe("a summary", () => {
  const hopeless = {};

  test("has the peer with the least median, and the median of ratios side by side", () => {
    const suites = [
      { ours: 1, a: 4, b: 3 },
      { ours: 2, a: 4, b: 10 },
      { ours: 1, a: 5, b: 9 },
    ];
    const { ours, peers, ratio } = summarize([{ suites, hopeless }], "ours");
    expect(ours.seconds).toBe(1);
    expect(peers.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(ratio).toBe(4);
  });

  test("compares medians where no suite has both", () => {
    const suites = [{ ours: 2 }, { a: 6 }, { ours: 2 }, { a: 6 }];
    expect(summarize([{ suites, hopeless }], "ours").ratio).toBe(3);
  });
});
