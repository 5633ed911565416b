import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { until } from "./until.ts";

/**
 * Has a page's JavaScript collect all garbage, and that of its workers. Each has a heap of its own: the worker that wakes
 * v86 makes several MiB of garbage a second, even while the guest is idle.
 */
export async function collectInChromium(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  for (const { client } of page.workers()) await client.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
}

/** As in about:memory: "Minimize memory usage", and a report. SIGRTMIN + 1, which has no name in Node. */
const MINIMIZE = 35;

/** Has Firefox collect all garbage of all its processes, and give up what memory it can. */
export class FirefoxGarbage {
  /** For its temporary files: there it reports each time. */
  readonly folder: string = mkdtempSync(join(tmpdir(), "ballonet-firefox-"));

  async collect(browser: number): Promise<void> {
    const before = this.#reports();
    process.kill(browser, MINIMIZE);
    await until(async () => Promise.resolve(this.#reports() > before), "Firefox's report of its memory");
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #reports(): number {
    return readdirSync(this.folder).filter((name) => name.startsWith("unified-memory-report")).length;
  }
}
