import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject, test } from "vitest";
import { launchBrowser } from "../../rig/browser/browser.ts";
import { serving } from "../../rig/browser/serve.ts";
import { browser } from "./harness/browser.ts";

const { folder } = inject("consumer");
const document = readFileSync("docs/quick-start.md", "utf8");
const [, page] = /```html\n([^]*?)```/.exec(document)!;
const [, shown] = /The page shows:\n\n```text\n([^]*?)```/.exec(document)!;

test.skipIf(!browser.available)(`the page of the quick start shows what it says${browser.note}`, async () => {
  writeFileSync(join(folder, "quick-start.html"), page!);
  const v86 = ["libv86.js", "v86.wasm"].map((name) => {
    const path = `node_modules/v86/build/${name}`;
    return [`/${path}`, readFileSync(path)] as const;
  });
  await serving(
    folder,
    async (url) => {
      const launched = await launchBrowser();
      try {
        const opened = await launched.open(`${url}/quick-start.html`);
        await opened.page.waitForFunction(
          (text) => globalThis.document.getElementById("log")?.textContent === text,
          [shown],
          40_000,
        );
      } finally {
        await launched.close();
      }
    },
    Object.fromEntries(v86),
  );
});
