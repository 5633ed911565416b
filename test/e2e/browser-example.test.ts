import { describe, expect, test } from "vitest";
import { launchBrowser } from "../../rig/browser/chromium.ts";
import { browser } from "../packed/harness/browser.ts";
import { serving } from "../../rig/browser/serve.ts";

describe.skipIf(!browser.available)(`examples/browser.html${browser.note}`, () => {
  test("shows the frames that the guest gives, and prints nothing to the console", async () => {
    await serving(".", async (url) => {
      const chromium = await launchBrowser();
      try {
        const page = await chromium.newPage();
        const errors: string[] = [];
        page.on("pageerror", ({ message }) => errors.push(message));
        page.on("console", (message) => {
          if (message.type() === "error") errors.push(message.text());
        });
        await page.goto(`${url}/examples/browser.html`);
        await page.locator("output", { hasText: /^4096$/ }).waitFor({ timeout: 40_000 });
        expect(errors).toEqual([]);
      } finally {
        await chromium.close();
      }
    });
  });
});
