import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { BalloonCounters } from "../../src/balloon/index.ts";
import { printNegotiation, printTotals } from "../../src/cli/terminal/report.ts";
import { Screen } from "../../src/cli/terminal/screen.ts";
import { pinned } from "../balloon/harness.ts";

/** Counters of a device that has negotiated, with values where there are none without trouble or statistics. */
function report(): BalloonCounters {
  const counters = pinned().up().device.counters();
  const broken = [{ rule: "DRV-F1", says: "says", times: 1, first: "first" }] as unknown;
  return {
    ...counters,
    diagnosis: "strange",
    faults: { loop: 1 },
    stats: { FREE: 1n },
    broken: broken as BalloonCounters["broken"],
  };
}

function rendered(counters: BalloonCounters): string {
  const out = new PassThrough();
  const screen = new Screen(false, out as unknown as NodeJS.WriteStream);
  printNegotiation(screen, counters);
  printTotals(screen, counters);
  return String(out.read());
}

/** The paths of all values in a report, such as ["host", "lockedRuns"]. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  // An empty list or object has nothing to change: give it a value in report().
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]));
}

/** The report with another value at this path. */
function changed(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return other(value);
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  (copy as Record<string, unknown>)[key] = changed((value as Record<string, unknown>)[key], rest);
  return copy;
}

function other(value: unknown): unknown {
  if (typeof value === "number") return value + 7_654_321;
  if (typeof value === "bigint") return value + 7_654_321n;
  return typeof value === "boolean" ? !value : "something else";
}

describe("the command's report of a device", () => {
  const counters = report();

  test.each(pathsOf(counters).map((path) => [path.join("."), path] as const))("shows %s", (_name, path) => {
    expect(rendered(changed(counters, path) as BalloonCounters)).not.toBe(rendered(counters));
  });
});
