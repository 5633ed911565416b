import { cpus } from "node:os";
import { expect, test, vi } from "vitest";
import type * as Measure from "../../src/bench/measure.ts";
import { ballonet, json } from "./ballonet.ts";

/** What the first test measures, the second prints in another form. */
vi.mock("../../src/bench/measure.ts", async (original) => {
  const real = await original<typeof Measure>();
  const kept = new Map<string, ReturnType<typeof Measure.measure>>();
  const measure: typeof Measure.measure = (pattern, onRound) => {
    const rows = kept.get(pattern) ?? real.measure(pattern, onRound);
    kept.set(pattern, rows);
    return rows;
  };
  return { ...real, measure };
});

interface Row {
  readonly pattern: string;
  readonly contender: string;
  readonly nsPerPfn: number;
  readonly usPerBatch: number;
  readonly pfnsPerSecond: number;
  readonly timesNaive: number;
}

const CONTENDERS = ["naive JS bitmap", "tracker", "tracker with runs", "device"];

test("ballonet bench measures every contender on every pattern, and names the machine, within seconds", async () => {
  const started = performance.now();
  const { rows, machine } = (await json(["bench"])) as { rows: Row[]; machine: object };
  expect(performance.now() - started).toBeLessThan(25_000);
  expect(machine).toMatchObject({ cpu: cpus()[0]!.model.trim(), node: process.versions.node });
  expect(rows.map(({ pattern, contender }) => [pattern, contender])).toEqual(
    ["contiguous", "short", "random"].flatMap((pattern) => CONTENDERS.map((name) => [pattern, name])),
  );
  for (const { nsPerPfn, usPerBatch, pfnsPerSecond, timesNaive, contender } of rows) {
    expect(nsPerPfn * pfnsPerSecond).toBeCloseTo(1e9);
    expect(usPerBatch).toBeCloseTo(0.256 * nsPerPfn);
    if (contender === "naive JS bitmap") expect(timesNaive).toBe(1);
  }
});

test("ballonet bench --csv prints the same as a line for each row", async () => {
  const { code, out, err } = await ballonet(["bench", "--csv"]);
  const [head, ...rows] = out.trimEnd().split("\n");
  expect(head).toBe(
    '"pattern","contender","nsPerPfn","usPerBatch","pfnsPerSecond","timesNaive","cpu","cores","system","node","ballonet"',
  );
  expect(rows).toHaveLength(12);
  for (const row of rows)
    expect(row).toMatch(/^"\w+","[\w ]+",[\d.]+,[\d.]+,[\d.]+,[\d.]+,".*",\d+,"\w+ \w+","[\d.]+","[\d.]+"$/);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});
