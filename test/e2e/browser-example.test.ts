import { describe, expect, test } from "vitest";
import { launchBrowser } from "../../rig/browser/browser.ts";
import { browser } from "../packed/harness/browser.ts";
import { serving } from "../../rig/browser/serve.ts";

describe.skipIf(!browser.available)(`examples/browser.html${browser.note}`, () => {
  test("shows the frames that the guest gives, and prints nothing to the console", async () => {
    await serving(".", async (url) => {
      const chromium = await launchBrowser();
      try {
        const { page, errors } = await chromium.open(`${url}/examples/browser.html`);
        await page.locator("output", { hasText: "4096" }).waitFor(40_000);
        expect(await page.locator("output").innerText()).toBe("4096");
        expect(errors).toEqual([]);
      } finally {
        await chromium.close();
      }
    });
  });
});
