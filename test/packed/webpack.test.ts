import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { expectedOutcome } from "./harness/expected.ts";
import { htmlOf, shownAt } from "./harness/page.ts";
import { run } from "./harness/run.ts";
import { serving } from "../../rig/browser/serve.ts";
import { tool } from "./harness/tools.ts";

const webpack = tool("webpack-cli/bin/cli.js");
const { folder } = inject("consumer");

describe.skipIf(!webpack.available || !browser.available)(`webpack${webpack.note}${browser.note}`, () => {
  test.each(["production", "development"])("builds for %s without any warning", async (mode) => {
    const out = join(folder, `built-by-webpack-for-${mode}`);
    const { stdout, stderr } = await run(
      process.execPath,
      webpack.path,
      `--mode=${mode}`,
      `--output-path=${out}`,
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(/compiled successfully/);
    writeFileSync(join(out, "index.html"), htmlOf("main.js"));
    const shown = await serving(out, (url) => shownAt(`${url}/index.html`));
    expect(shown).toEqual({
      outcome: { engineFile: 64, page: expectedOutcome(), worker: expectedOutcome() },
      errors: [],
    });
  });
});
