import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Compaction } from "../../src/v86/index.ts";
import { launchBrowser } from "../../rig/browser/browser.ts";
import type { Page } from "../../rig/browser/page.ts";
import { browser } from "../packed/harness/browser.ts";
import { serving } from "../../rig/browser/serve.ts";

const MIB = 2 ** 20;

/** What the page offers to the test. */
interface Offers {
  ready?: true;
  run(): Promise<void>;
  reach(bytes: number): Promise<void>;
  compactNow(): Promise<Compaction>;
  alive(): number;
  graphics(): boolean;
  draws(): Promise<number[]>;
}
declare const window: Offers;

async function onPage(use: (page: Page) => Promise<void>): Promise<void> {
  await serving(".", async (url) => {
    const chrome = await launchBrowser();
    try {
      const { page, errors } = await chrome.open(`${url}/test/e2e/compact.html`);
      await page.waitForFunction(() => window.ready, []);
      await use(page);
      expect(errors).toEqual([]);
    } finally {
      await chrome.close();
    }
  });
}

/** The old memories that are still there after a garbage collection. */
async function alive(page: Page): Promise<number> {
  await page.collectGarbage();
  return page.evaluate(() => window.alive());
}

describe.skipIf(!browser.available)(`compact in a browser${browser.note}`, () => {
  test("keeps a picture running without the old memory", async () => {
    await onPage(async (page) => {
      await page.evaluate(() => window.run());
      await page.evaluate((bytes) => window.reach(bytes), 16 * MIB);
      expect(await page.evaluate(() => window.graphics())).toBe(true);
      await setTimeout(300);
      await page.evaluate(() => window.compactNow());
      expect(await page.evaluate(() => window.draws())).toEqual([0xff, 0x80, 0x40, 0xff]);
      await expect.poll(() => alive(page), { timeout: 20_000 }).toBe(0);
    });
  }, 180_000);
});
