import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { expectedOutcome } from "./harness/expected.ts";
import { htmlOf, shownAt } from "./harness/page.ts";
import { run } from "./harness/run.ts";
import { serving } from "../../rig/browser/serve.ts";
import { tool } from "./harness/tools.ts";

const esbuild = tool("esbuild/bin/esbuild");
const { folder } = inject("consumer");

/** Bundles without output, or fails. */
async function bundle(entry: string, out: string, ...options: string[]): Promise<void> {
  const { stderr } = await run(
    esbuild.path,
    entry,
    "--bundle",
    `--outfile=${out}`,
    "--log-level=warning",
    ...options,
  );
  expect(stderr).toBe("");
}

describe.skipIf(!esbuild.available)(`esbuild${esbuild.note}`, () => {
  describe.skipIf(!browser.available)(`for a page${browser.note}`, () => {
    test.each([
      ["esm", "module"],
      ["iife", "text/javascript"],
    ])("bundles as %s", async (format, type) => {
      await bundle("src/page.js", `built-by-esbuild/${format}.js`, `--format=${format}`, "--minify");
      writeFileSync(join(folder, `built-by-esbuild/${format}.html`), htmlOf(`${format}.js`, type));
      const shown = await serving(folder, (url) => shownAt(`${url}/built-by-esbuild/${format}.html`));
      expect(shown).toEqual({ outcome: expectedOutcome(), errors: [] });
    });
  });

  test("bundles one copy for a program that both requires and imports", async () => {
    writeFileSync(
      join(folder, "both.cjs"),
      `const { PageTracker } = require("ballonet");
      import("ballonet/tracker").then((imported) => console.log(imported.PageTracker === PageTracker));`,
    );
    await bundle("both.cjs", "both-by-esbuild.cjs");
    const { stdout } = await run(process.execPath, "both-by-esbuild.cjs");
    expect(stdout).toBe("true\n");
  });

  test("bundles for Node", async () => {
    await bundle("main.js", "built-by-esbuild.js", "--platform=node", "--format=esm");
    const { stdout, stderr } = await run(process.execPath, "built-by-esbuild.js");
    expect(JSON.parse(stdout)).toMatchObject({ ...expectedOutcome(), engineFile: 64 });
    expect(stderr).toBe("");
  });
});
