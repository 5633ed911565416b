import { arch, cpus, platform } from "node:os";
import { measure, ROUNDS } from "../../bench/measure.ts";
import type { Row } from "../../bench/measure.ts";
import { PATTERNS } from "../../bench/patterns.ts";
import { VERSION } from "../cli.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { table } from "../terminal/table.ts";
import type { Screen } from "../terminal/screen.ts";

const HEAD = ["pattern", "contender", "ns/PFN", "us/batch", "million PFN/s", "times the naive bitmap"];

/** Measures the tracker, a device and a naive bitmap in this process, in turns. */
export async function runBench(screen: Screen, csv = false): Promise<CommandResult> {
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    ballonet: VERSION,
  };
  const tick = screen.ticker("bench", PATTERNS.length * ROUNDS);
  const rows: Row[] = [];
  for (const [i, pattern] of PATTERNS.entries())
    rows.push(
      ...(await measure(pattern, (done) => {
        tick(i * ROUNDS + done);
      })),
    );
  if (csv) for (const line of csvOf(rows.map((row) => ({ ...row, ...machine })))) screen.raw(line);
  else {
    screen.raw(table([HEAD, ...rows.map(cellsOf)]));
    screen.raw(
      `\nMedians of one process on ${machine.cores} x ${machine.cpu}, ${machine.system}, Node ${machine.node}; only ratios carry over to another machine.`,
    );
    screen.raw("Against other libraries and native code, in a clone: npm run bench -- --help");
  }
  return { exitCode: ExitCode.OK, result: { machine, rows } };
}

function cellsOf({ pattern, contender, nsPerPfn, usPerBatch, pfnsPerSecond, timesNaive }: Row): string[] {
  const rate = (pfnsPerSecond / 1e6).toFixed(0);
  return [pattern, contender, nsPerPfn.toFixed(2), usPerBatch.toFixed(2), rate, `${timesNaive.toFixed(1)}x`];
}

/** Lines of CSV (RFC 4180) with the names that --json has. */
function csvOf(records: readonly object[]): string[] {
  const cell = (value: unknown): string =>
    typeof value === "number" ? String(value) : `"${String(value).replaceAll('"', '""')}"`;
  const rows = [Object.keys(records[0]!), ...records.map((record): unknown[] => Object.values(record))];
  return rows.map((row) => row.map(cell).join(","));
}
