import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ROWS = ["small-contiguous/32", "footprint/wasm-brotli"];

const run = promisify(execFile);

interface Report {
  readonly results: readonly { readonly id: string; readonly ratio?: number; readonly value?: number }[];
}

/** How fast anything is depends on the machine. These tests only check that it is measured and reported. */
describe("the benchmarks", () => {
  let folder: string;
  let stdout: string;

  const reportFile = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ballonet-bench-"));
    const options = ["--quick", `--only=${ROWS.join(",")}`, `--report=${folder}`];
    ({ stdout } = await run(process.execPath, ["bench/index.js", ...options], { cwd: ROOT }));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test("print a line for each requested row", () => {
    for (const row of ROWS) expect(stdout).toContain(row);
  });

  test("write what they measured", async () => {
    const { results } = JSON.parse(await reportFile("results.json")) as Report;
    expect(results.map(({ id }) => id)).toEqual(ROWS);
    expect(results[0]?.ratio).toBeGreaterThan(0);
    expect(results[1]?.value).toBeGreaterThan(0);
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
