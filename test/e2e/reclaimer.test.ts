import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { launchBrowser } from "../../rig/browser/browser.ts";
import type { Page } from "../../rig/browser/page.ts";
import { serving } from "../../rig/browser/serve.ts";
import { browser } from "../packed/harness/browser.ts";

const MIB = 2 ** 20;
const PATIENCE = { timeout: 20_000 };
/** Ten of the reclaimer's rounds. */
const ROUNDS_MS = 1000;

/** What the page offers to the test. */
interface Offers {
  ready?: true;
  reclaimed(): Reclaimed;
  setBusy(on: boolean): void;
  setVisibility(state: "visible" | "hidden"): void;
  pass(ms: number): number;
  takeBack(): Promise<void>;
}
declare const window: Offers;

interface Reclaimed {
  /** Bytes that each copied. */
  readonly compactions: readonly number[];
  readonly errors: readonly string[];
  readonly ballooned: number;
}

async function onPage(use: (page: Page, look: () => Promise<Reclaimed>) => Promise<void>): Promise<void> {
  await serving(".", async (url) => {
    const chrome = await launchBrowser();
    try {
      const { page, errors } = await chrome.open(`${url}/test/e2e/reclaimer.html`);
      await page.waitForFunction(() => window.ready, []);
      const look = (): Promise<Reclaimed> => page.evaluate(() => window.reclaimed());
      await use(page, look);
      expect((await look()).errors).toEqual([]);
      expect(errors).toEqual([]);
    } finally {
      await chrome.close();
    }
  });
}

describe.skipIf(!browser.available)(`createReclaimer in a browser${browser.note}`, () => {
  test("compacts an idle tab, and not again within a minute, whatever it would win", () =>
    onPage(async (page, look) => {
      const compactions = async (): Promise<number> => (await look()).compactions.length;
      const ballooned = async (): Promise<number> => (await look()).ballooned;
      await expect.poll(compactions, PATIENCE).toBe(1);
      await expect.poll(ballooned, PATIENCE).toBeGreaterThan(24 * MIB);
      await page.evaluate(() => window.takeBack());
      await expect.poll(ballooned, PATIENCE).toBeGreaterThan(24 * MIB);
      await setTimeout(ROUNDS_MS);
      expect(await compactions()).toBe(1);
      await page.evaluate(() => window.pass(60_000));
      await expect.poll(compactions, PATIENCE).toBe(2);
    }));

  test("leaves a tab alone that is seen and has work, and compacts it when it is hidden", () =>
    onPage(async (page, look) => {
      const compactions = async (): Promise<number> => (await look()).compactions.length;
      await page.evaluate(() => {
        window.setBusy(true);
      });
      // It may have been idle before.
      await setTimeout(ROUNDS_MS);
      const before = await compactions();
      await page.evaluate(() => window.takeBack());
      await page.evaluate(() => window.pass(60_000));
      await expect.poll(async () => (await look()).ballooned, PATIENCE).toBeGreaterThan(24 * MIB);
      await setTimeout(ROUNDS_MS);
      expect(await compactions()).toBe(before);
      await page.evaluate(() => {
        window.setVisibility("hidden");
      });
      await expect.poll(compactions, PATIENCE).toBe(before + 1);
    }));
});
