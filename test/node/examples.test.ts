import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { hasZeroPage } from "../../rig/zero-page.ts";
import { calls } from "./gate.ts";

function run(path: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe.skipIf(!calls.available)(`the examples${calls.note}`, () => {
  test("show that given and trimmed memory leaves the process (reclaim.mjs)", () => {
    const lines = run("examples/reclaim.mjs").trim().split("\n");
    const sizes = lines.map((line) =>
      [...line.matchAll(/(\d+) MiB/g)].slice(-2).map(([, mib]) => Number(mib)),
    );
    const [booted, given, restored, trimmed] = sizes as [number, number][];
    expect(booted![1] - given![1]).toBeGreaterThanOrEqual(99);
    expect(restored![1]).toBe(128);
    expect(trimmed![1]).toBeLessThanOrEqual(given![1] + 1);
    expect(booted![0] - given![0]).toBeGreaterThan(40);
    // With a balloon attached, a restore writes no zeros: the frames that were given stay out of the process. Only
    // the zero page shows it. Without one, the restore's reads take memory (states-fresh.test.ts counts the writes).
    if (hasZeroPage()) expect(restored![0] - booted![0]).toBeLessThan(60);
  });

  test("bring guests under their budget (many-guests.mjs)", () => {
    const lines = run("examples/many-guests.mjs").trim().split("\n");
    expect(lines[0]).toMatch(/used: 1\d\d MiB$/);
    expect(Number(/used: (\d+) MiB$/.exec(lines[1]!)?.[1])).toBeLessThanOrEqual(120);
  });
});
