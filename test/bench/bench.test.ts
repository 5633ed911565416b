import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** One of each suite. */
const ROWS = [
  "accounting-kernel/contiguous",
  "small-contiguous/32",
  "npm-kernel/contiguous",
  "runs/contiguous",
  "host-pages/contiguous",
  "native/contiguous",
  "descriptor/single",
  "route/16",
  "route/empty-notification",
  "route/garbage-16",
  "trace/pressure",
  "range/2^20",
  "query-count/2^20",
  "scale-frames/2^16",
  "in-guest/tracking-and-zeroing",
  "states/restore",
  "kick/stats-longest",
  "footprint/wasm-brotli",
];

const run = promisify(execFile);

interface Report {
  readonly results: readonly {
    readonly id: string;
    readonly ratio?: number;
    readonly value?: number;
    readonly broken?: string;
    readonly unavailable?: string;
  }[];
}

/** How fast anything is depends on the machine. These tests only check that it is measured and reported. */
describe("the benchmarks", () => {
  let folder: string;
  let stdout: string;

  const reportFile = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ballonet-bench-"));
    const options = ["--least", `--only=${ROWS.join(",")}`, `--report=${folder}`];
    ({ stdout } = await run(process.execPath, ["bench/index.js", ...options], { cwd: ROOT }));
  }, 300_000);

  test("have a row of every suite here", async () => {
    const { stdout: list } = await run(process.execPath, ["bench/index.js", "--list"], { cwd: ROOT });
    const suiteOf = (id: string): string => /^(?:in-guest|[a-z]+)/.exec(id)![0];
    expect([...new Set(ROWS.map(suiteOf))]).toEqual([...new Set(list.trim().split("\n").map(suiteOf))]);
  });

  afterAll(() => rm(folder, { recursive: true }));

  test("print a line for each requested row", () => {
    for (const row of ROWS) expect(stdout).toContain(row);
  });

  test("write what they measured", async () => {
    const { results } = JSON.parse(await reportFile("results.json")) as Report;
    expect(results.map(({ id }) => id)).toEqual(ROWS);
    for (const { id, ratio, value, broken, unavailable } of results) {
      expect(broken, id).toBeUndefined();
      if (unavailable === undefined) expect(ratio ?? value, id).toBeGreaterThan(0);
    }
  });

  test("write a page that loads nothing", async () => {
    const page = await reportFile("index.html");
    expect(page).toContain("<td>small-contiguous/32</td>");
    expect(page).toContain("uPlot");
    expect(page).not.toMatch(/\b(src|href)=|@import|url\(/);
  });
});

test("every gate belongs to a row", async () => {
  const { stdout } = await run(process.execPath, ["bench/index.js", "--list"], { cwd: ROOT });
  const gates = (await readFile(join(ROOT, "bench/gates.js"), "utf8")).matchAll(/^ {2}"([^"]+)":/gm);
  expect(stdout.split("\n")).toEqual(expect.arrayContaining([...gates].map(([, id]) => id)));
});
