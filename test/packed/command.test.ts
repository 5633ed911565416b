import { cpus } from "node:os";
import { describe, expect, test } from "vitest";
import { run } from "./harness/run.ts";

const COMMAND = "node_modules/.bin/ballonet";

interface Bench {
  readonly machine: Record<string, unknown>;
  readonly rows: readonly {
    readonly contender: string;
    readonly nsPerPfn: number;
    readonly timesNaive: number;
  }[];
}

describe("a user without a clone", () => {
  test("measures the tracker and the device, and gets rows that name the machine", async () => {
    const { stdout, stderr } = await run(COMMAND, "bench", "--json");
    const { machine, rows } = JSON.parse(stdout) as Bench;
    expect(machine).toMatchObject({ cpu: cpus()[0]!.model.trim(), cores: cpus().length });
    expect(machine.node).toMatch(/^\d+\.\d+\.\d+$/);
    for (const name of ["naive JS bitmap", "tracker", "tracker with runs", "device"])
      expect(rows.filter(({ contender }) => contender === name)).toHaveLength(3);
    for (const { nsPerPfn, timesNaive } of rows) {
      expect(nsPerPfn).toBeGreaterThan(0);
      expect(timesNaive).toBeGreaterThan(0);
    }
    expect(stderr).toBe("");
  });

  test("gets a table by default, and a line of CSV for each row", async () => {
    const [table, csv] = await Promise.all([run(COMMAND, "bench"), run(COMMAND, "bench", "--csv")]);
    expect(table.stdout).toMatch(
      /^pattern +contender +ns\/PFN +us\/batch +million PFN\/s +times the naive bitmap$/m,
    );
    expect(table.stdout).toMatch(/^random +device +[\d.]+ +[\d.]+ +\d+ +[\d.]+x$/m);
    expect(csv.stdout.trimEnd().split("\n")).toHaveLength(13);
  });

  test("gets the help of a command in both ways", async () => {
    const { stdout } = await run(COMMAND, "help", "bench");
    expect(stdout).toContain("--csv");
    expect((await run(COMMAND, "bench", "--help")).stdout).toBe(stdout);
  });
});
