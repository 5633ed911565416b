import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.ts";

interface Contender {
  readonly name: string;
  readonly pass: () => number;
  readonly expect: number;
  readonly prove?: () => void;
}
interface Measured {
  readonly suites: readonly Readonly<Record<string, number>>[];
  readonly calm: number;
  readonly disturbed: boolean;
  readonly hopeless: Readonly<Record<string, number>>;
}
const { compare } = await benchModule<{
  compare: (contenders: object, effort: object) => Promise<Measured>;
}>("compare");

/** Spins for about so many microseconds. */
function spinning(name: string, microseconds: number, wrong = 0): Contender {
  const pass = (): number => {
    const end = performance.now() + microseconds / 1000;
    while (performance.now() < end);
    return 1 + wrong;
  };
  return { name, pass, expect: 1 };
}

const EFFORT = { suites: 2, patience: 2, seconds: 0.002, quickest: Infinity };
const ours = spinning("ours", 200);
const half = spinning("half as fast", 400);

describe("comparing", () => {
  test("measures all contenders in at least as many suites as wanted", async () => {
    const { suites } = await compare({ ours, peers: [half] }, EFFORT);
    expect(suites.length).toBeGreaterThanOrEqual(2);
    expect(suites.length).toBeLessThanOrEqual(4);
    const both = suites.filter((suite) => "ours" in suite && half.name in suite);
    expect(both.length).toBeGreaterThan(0);
    for (const suite of both) {
      const ratio = suite[half.name]! / suite.ours!;
      expect(ratio).toBeGreaterThan(1.3);
      expect(ratio).toBeLessThan(3);
    }
  });

  test("ends without a calm suite, and says so", async () => {
    const { suites, calm, disturbed } = await compare({ ours, peers: [half] }, { ...EFFORT, quickest: 0 });
    expect({ calm, disturbed }).toEqual({ calm: 0, disturbed: true });
    expect(suites).toHaveLength(4);
    for (const suite of suites) expect(Object.keys(suite).sort()).toEqual([half.name, "ours"]);
  });

  test("only tries a contender that has no chance", async () => {
    const peers = [half, spinning("hopeless", 4000)];
    const { suites, hopeless } = await compare({ ours, peers }, EFFORT);
    expect(Object.keys(hopeless)).toEqual(["hopeless"]);
    for (const suite of suites) expect(suite).not.toHaveProperty("hopeless");
  });

  test("fails for a pass that does not do what it should", async () => {
    const peers = [spinning("wrong", 100, 1)];
    await expect(compare({ ours, peers }, EFFORT)).rejects.toThrow(
      "wrong: expected a pass to return 1, got 2",
    );
  });

  test("fails for a contender that is wrong on other input", async () => {
    const prove = (): never => {
      throw new Error("cannot count");
    };
    await expect(compare({ ours, peers: [{ ...half, prove }] }, EFFORT)).rejects.toThrow("cannot count");
  });
});
