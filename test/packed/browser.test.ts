import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { expectedOutcome } from "./harness/expected.ts";
import { htmlOf, shownAt } from "./harness/page.ts";
import { serving } from "../../rig/browser/serve.ts";

const { folder } = inject("consumer");

/** The import map: it maps the package's names to its files without a bundler. */
const imports = Object.fromEntries(
  ["index", "testing", "trace", "v86", "virtio"].map((entry) => [
    entry === "index" ? "ballonet" : `ballonet/${entry}`,
    `/node_modules/ballonet/dist/entries/${entry}.js`,
  ]),
);

describe.skipIf(!browser.available)(`a browser without a bundler${browser.note}`, () => {
  test("loads the modules as they are, with an import map", async () => {
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    writeFileSync(join(folder, "import-map.html"), map + htmlOf("src/page.js"));
    const shown = await serving(folder, (url) => shownAt(`${url}/import-map.html`));
    expect(shown).toEqual({ outcome: expectedOutcome(), errors: [] });
  });
});
