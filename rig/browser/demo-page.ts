import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";
import { launchBrowser } from "./browser.ts";
import type { Browser, Opened } from "./browser.ts";
import type { Look } from "./page.ts";

/** Relative to the folder in which npm runs scripts. */
const CONFIG = "demo/vite.config.ts";

/** The demo as it would be published on the web, and a browser to view it. */
export class DemoPage {
  /** Its files are read whenever they are asked for. */
  readonly folder: string;
  readonly #url: string;
  readonly #browser: Browser;
  readonly #stop: () => Promise<void>;

  private constructor(folder: string, url: string, browser: Browser, stop: () => Promise<void>) {
    this.folder = folder;
    this.#url = url;
    this.#browser = browser;
    this.#stop = stop;
  }

  /**
   * Builds the page into a temporary folder and serves it.
   *
   * @param words more words for the browser's command line
   */
  static async start(...words: readonly string[]): Promise<DemoPage> {
    const outDir = mkdtempSync(join(tmpdir(), "ballonet-demo-"));
    await build({ configFile: CONFIG, logLevel: "error", build: { outDir } });
    const server = await preview({
      configFile: CONFIG,
      logLevel: "error",
      build: { outDir },
      preview: { host: "127.0.0.1", port: 0 },
    });
    return new DemoPage(outDir, server.resolvedUrls!.local[0]!, await launchBrowser({ words }), async () => {
      await server.close();
      rmSync(outDir, { recursive: true });
    });
  }

  /** Opens the page in a new profile. */
  open(look: Look = {}): Promise<Opened> {
    return this.#browser.open(this.#url, { colorScheme: "light", ...look });
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#stop();
  }
}
