import { describe, expect, test } from "vitest";
import { launchBrowser } from "../../rig/browser/browser.ts";
import { serving } from "../../rig/browser/serve.ts";
import { browser } from "../packed/harness/browser.ts";

const PAGE = '<!doctype html><link rel="icon" href="data:," />';
/** Answers whether the garbage that it made once is still there. */
const WORKER = `let garbage;
onmessage = () => {
  garbage ??= new WeakRef(new ArrayBuffer(1e6));
  postMessage(garbage.deref() !== undefined);
};`;

declare const window: { ask(): Promise<boolean> };

describe.skipIf(!browser.available)(`a requested garbage collection in Chromium${browser.note}`, () => {
  test("reaches the heap of a worker, where v86 makes most of its garbage", async () => {
    await serving(
      ".",
      async (url) => {
        const chrome = await launchBrowser();
        try {
          const { page } = await chrome.open(`${url}/page.html`);
          await page.evaluate(startWorker, WORKER);
          expect(await page.evaluate(() => window.ask())).toBe(true);
          expect(await page.evaluate(() => window.ask())).toBe(true);
          await page.collectGarbage();
          expect(await page.evaluate(() => window.ask())).toBe(false);
        } finally {
          await chrome.close();
        }
      },
      { "/page.html": PAGE },
    );
  }, 60_000);
});

function startWorker(code: string): void {
  const worker = new Worker(URL.createObjectURL(new Blob([code])));
  window.ask = () =>
    new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        resolve(data as boolean);
      };
      worker.postMessage("ask");
    });
}
