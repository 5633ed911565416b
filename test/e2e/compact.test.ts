import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Compaction } from "../../src/v86/index.ts";
import { launchBrowser } from "../../rig/browser/chromium.ts";
import { browser } from "../packed/harness/browser.ts";
import { serving } from "../../rig/browser/serve.ts";

const MIB = 2 ** 20;

/** What the page offers to the test. */
interface Offers {
  ready?: true;
  gc(): void;
  run(): Promise<void>;
  reach(bytes: number): Promise<void>;
  compactNow(): Promise<Compaction>;
  alive(): number;
  check(): Promise<string>;
  graphics(): boolean;
  draws(): Promise<number[]>;
}
declare const window: Offers;

interface Tab {
  readonly page: Page;
  /** Resident MiB of the renderer. */
  readonly mib: () => Promise<number>;
  /** The same after garbage collections. */
  readonly collected: () => Promise<number>;
}

async function onPage(use: (tab: Tab) => Promise<void>): Promise<void> {
  await serving(".", async (url) => {
    const chrome: Browser = await launchBrowser("--js-flags=--expose-gc");
    try {
      const page = await chrome.newPage();
      const errors: string[] = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(`${url}/test/e2e/compact.html`);
      await page.waitForFunction(() => window.ready === true);
      const mib = await residentMib(chrome);
      await use({ page, mib, collected: () => collect(page).then(mib) });
      expect(errors).toEqual([]);
    } finally {
      await chrome.close();
    }
  });
}

/** Resident MiB of this browser's largest renderer: the tab with the machine. */
async function residentMib(chrome: Browser): Promise<() => Promise<number>> {
  const session = await chrome.newBrowserCDPSession();
  return async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    return Math.max(...renderers.map(({ id }) => sizeOf(id)));
  };
}

function sizeOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

async function collect(page: Page): Promise<void> {
  for (let times = 0; times < 6; times++) {
    await page.evaluate(() => {
      window.gc();
    });
    await page.waitForTimeout(250);
  }
}

describe.skipIf(!browser.available)(`compact in a browser${browser.note}`, () => {
  test("gives the tab its memory back, with v86's default keyboard, mouse, speaker and screen", async () => {
    await onPage(async ({ page, mib, collected }) => {
      const start = await mib();
      await page.evaluate(() => window.run());
      await page.evaluate((bytes) => window.reach(bytes), 400 * MIB);
      const booted = await mib();
      const { copiedBytes, stillMs } = await page.evaluate(() => window.compactNow());
      const peak = await mib();
      const after = await collected();
      console.info(
        `measured: tab ${Math.round(start)} MiB, booted ${Math.round(booted)}, right after compact ${Math.round(peak)}, ` +
          `collected ${Math.round(after)}; copied ${Math.round(copiedBytes / MIB)} MiB in ${Math.round(stillMs)} ms`,
      );
      expect(await page.evaluate(() => window.alive())).toBe(0);
      expect(booted).toBeGreaterThan(600);
      expect(after).toBeLessThanOrEqual(315);
      expect(peak).toBeLessThanOrEqual(booted + copiedBytes / MIB + 20);
      expect(await page.evaluate(() => window.check())).toMatch(/^memory ok=\d+ bad=0$/);
      await page.evaluate((bytes) => window.reach(bytes), 300 * MIB);
      expect(await page.evaluate(() => window.check())).toMatch(/^memory ok=\d+ bad=0$/);
    });
  }, 180_000);

  test("keeps a picture running without the old memory", async () => {
    await onPage(async ({ page, collected }) => {
      await page.evaluate(() => window.run());
      await page.evaluate((bytes) => window.reach(bytes), 16 * MIB);
      expect(await page.evaluate(() => window.graphics())).toBe(true);
      await page.waitForTimeout(300);
      await page.evaluate(() => window.compactNow());
      expect(await page.evaluate(() => window.draws())).toEqual([0xff, 0x80, 0x40, 0xff]);
      await collected();
      expect(await page.evaluate(() => window.alive())).toBe(0);
    });
  }, 180_000);
});
