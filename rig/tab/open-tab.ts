import { setTimeout } from "node:timers/promises";
import { launchBrowser } from "../browser/browser.ts";
import type { Browser } from "../browser/browser.ts";
import type { ProcessMemory } from "../browser/content-process.ts";
import type { BrowserName } from "../browser/find.ts";
import type { Page } from "../browser/page.ts";
import { serving } from "../browser/serve.ts";
import { linuxMachine } from "../linux/machine.ts";
import { packageRoot } from "../../src/guest/package-root.ts";
import type { Tab } from "./page/main.ts";

/** A browser keeps a replaced memory until it next collects garbage: how long that may take unasked. */
const UNASKED_MS = 60_000;
const LOOK_MS = 300;
/** A collection frees what the one before has found. */
const VAIN_COLLECTIONS = 3;

/** A method of the page. */
type Method = keyof Tab;

/** A tab with the page of this folder, in a browser of its own. */
export class OpenTab {
  readonly #browser: Browser;
  readonly #page: Page;

  constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /** Calls a method of the page. */
  call<Name extends Method>(
    name: Name,
    ...args: Parameters<Tab[Name]>
  ): Promise<Awaited<ReturnType<Tab[Name]>>> {
    return this.#page.evaluate(callInPage, name, args) as Promise<Awaited<ReturnType<Tab[Name]>>>;
  }

  /** What the tab takes now. */
  memory(): ProcessMemory {
    return this.#browser.memory();
  }

  /** The same after garbage was collected, until several times in a row do not make the tab smaller. */
  async collected(): Promise<ProcessMemory> {
    let least = this.memory();
    for (let vain = 0; vain < VAIN_COLLECTIONS; vain++) {
      await this.#page.collectGarbage();
      await setTimeout(LOOK_MS);
      const memory = this.memory();
      if (memory.rss < least.rss * 0.99) vain = -1;
      // A collection may take memory by itself.
      if (memory.rss < least.rss) least = memory;
    }
    return least;
  }

  /** Waits until the tab has collected its replaced memories unasked. Returns the ms; undefined after a minute. */
  async waitUnasked(): Promise<number | undefined> {
    const start = performance.now();
    for (;;) {
      await setTimeout(LOOK_MS);
      const ms = performance.now() - start;
      const left = await this.call("oldMemories");
      // What was collected leaves the process a moment later.
      if (left === 0) await setTimeout(LOOK_MS);
      if (left === 0 || ms > UNASKED_MS) return left === 0 ? ms : undefined;
    }
  }
}

/** @throws Error if the guest has lost what it had written */
export async function expectIntact(tab: OpenTab): Promise<void> {
  if (!(await tab.call("isIntact"))) throw new Error("the guest has lost what it had written");
}

function callInPage(name: Method, args: unknown[]): unknown {
  return (window.tab[name] as (...args: unknown[]) => unknown)(...args);
}

/**
 * Opens the page in a new browser while `use` uses it.
 *
 * @param more words for the command line of the guest's kernel, if Linux is to be booted
 * @throws BrowserUnavailableError, LinuxUnavailableError, and Error for what the page says is wrong
 */
export async function inTab<T>(
  name: BrowserName,
  use: (tab: OpenTab) => Promise<T>,
  more?: string,
): Promise<T> {
  const files = more === undefined ? {} : await linuxFiles(more);
  return serving(
    packageRoot(),
    async (url) => {
      const browser = await launchBrowser({ name });
      try {
        const { page, errors } = await browser.open(`${url}/rig/tab/page.html`);
        await page.waitForFunction(() => typeof window.tab === "object", []);
        const result = await use(new OpenTab(browser, page));
        if (errors.length > 0) throw new Error(`in the page: ${errors.join("; ")}`);
        return result;
      } finally {
        await browser.close();
      }
    },
    files,
  );
}

async function linuxFiles(cmdlineExtra: string): Promise<Record<string, string | Uint8Array>> {
  const { v86 } = await linuxMachine({ cmdlineExtra }, () => undefined);
  return {
    "/linux/cmdline": v86.cmdline!,
    "/linux/vmlinuz": bytesOf(v86.bzimage),
    "/linux/initrd.gz": bytesOf(v86.initrd),
    "/linux/bios.bin": bytesOf(v86.bios),
  };
}

function bytesOf(image: unknown): Uint8Array {
  return new Uint8Array((image as { buffer: ArrayBuffer }).buffer);
}
