import { expect, test } from "vitest";
import { json } from "./ballonet.ts";

interface Row {
  readonly pattern: string;
  readonly contender: string;
  readonly nsPerPfn: number;
  readonly pfnsPerSecond: number;
  readonly timesNaive: number;
}

test("ballonet bench measures every contender on every pattern, within seconds", async () => {
  const started = performance.now();
  const rows = (await json(["bench"])).rows as Row[];
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(new Set(rows.map(({ pattern }) => pattern))).toEqual(new Set(["contiguous", "short", "random"]));
  expect(rows).toHaveLength(9);
  for (const { nsPerPfn, pfnsPerSecond, timesNaive, contender } of rows) {
    expect(nsPerPfn * pfnsPerSecond).toBeCloseTo(1e9);
    if (contender === "naive JS bitmap") expect(timesNaive).toBe(1);
  }
});
