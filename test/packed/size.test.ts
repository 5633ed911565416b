import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, inject, test } from "vitest";
import { ENGINE_MAGIC } from "./harness/engine.ts";
import { filesBelow } from "./harness/files.ts";
import { run } from "./harness/run.ts";
import { tool } from "./harness/tools.ts";

const { folder, installed, tarball } = inject("consumer");
const esbuild = tool("esbuild/bin/esbuild");

/** The table of docs/runtimes.md: the largest size in kB (1000 bytes). */
const limits = new Map(
  [...readFileSync("docs/runtimes.md", "utf8").matchAll(/^\| (.+?) +\| +([\d.]+) kB +\|$/gm)].map(
    ([, what, limit]) => [what!, 1000 * Number(limit)],
  ),
);

/** Fails if the size is larger than documented, or so much smaller that the limit means nothing. */
function expectDocumented(what: string, { length }: Uint8Array): void {
  const limit = limits.get(what) ?? NaN;
  expect(length).toBeLessThanOrEqual(limit);
  expect(length).toBeGreaterThan(limit / 2);
}

const BUNDLES = {
  "everything from `ballonet`": 'export * from "ballonet";',
  "`attachBalloon` from `ballonet/v86`": 'export { attachBalloon } from "ballonet/v86";',
  "`PageTracker`": 'export { PageTracker } from "ballonet";',
  "`negotiate`": 'export { negotiate } from "ballonet";',
};

describe("the documented sizes are right", () => {
  test("for the download that installs it", () => {
    expectDocumented("the package", readFileSync(tarball));
  });

  test("for the script with gzip", () => {
    expectDocumented(
      "`dist/ballonet.min.js`",
      gzipSync(readFileSync(join(installed, "dist/ballonet.min.js"))),
    );
  });

  test.each(filesBelow(installed).filter((name) => name.endsWith(".wasm")))("for %s with brotli", (name) => {
    expectDocumented("an engine", brotliCompressSync(readFileSync(join(installed, name))));
  });

  describe.skipIf(!esbuild.available)(`in a page, minified and with gzip${esbuild.note}`, () => {
    test.each(Object.entries(BUNDLES))("for %s", async (what, entry) => {
      writeFileSync(join(folder, "size.js"), entry);
      await run(esbuild.path, "size.js", "--bundle", "--minify", "--format=esm", "--outfile=size/out.js");
      const bundle = readFileSync(join(folder, "size/out.js"));
      expect(bundle.includes(ENGINE_MAGIC)).toBe(what !== "`negotiate`");
      expectDocumented(what, gzipSync(bundle));
    });
  });

  test("for everything that the documentation lists", () => {
    expect([...limits.keys()].sort()).toEqual(
      ["the package", "an engine", "`dist/ballonet.min.js`", ...Object.keys(BUNDLES)].sort(),
    );
  });
});
