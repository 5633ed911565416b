import { launch } from "puppeteer-core";
import type { Browser as Driver, LaunchOptions, Page as DriverPage } from "puppeteer-core";
import { contentProcess, memoryOf } from "./content-process.ts";
import type { ProcessMemory } from "./content-process.ts";
import { collectInChromium, FirefoxGarbage } from "./garbage.ts";
import { browserPath } from "./find.ts";
import type { BrowserName } from "./find.ts";
import { Page } from "./page.ts";
import type { Look } from "./page.ts";

/** How a browser is started. */
export interface StartOptions {
  /** @default "chromium" */
  readonly name?: BrowserName;
  /** More words for its command line. */
  readonly words?: readonly string[];
}

/** A page, open in a browser, and everything it did that it should not have done. */
export interface Opened {
  readonly page: Page;
  /** Warnings and errors on the console, uncaught errors, and requests to other servers. */
  readonly errors: string[];
}

/** A busy machine boots Linux in a page in less. */
const LONGEST_CALL_MS = 600_000;
const VIEWPORT = { width: 1280, height: 720 };

const QUIET: Readonly<Record<BrowserName, LaunchOptions>> = {
  chromium: {
    args: [
      // Root, as in a container, cannot use the sandbox.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
  firefox: { args: [], extraPrefsFirefox: { "media.autoplay.default": 0 } },
};

/**
 * Starts a browser without a screen and without network traffic of its own.
 *
 * @throws BrowserUnavailableError if it is not installed
 */
export async function launchBrowser({ name = "chromium", words = [] }: StartOptions = {}): Promise<Browser> {
  const executablePath = browserPath(name);
  const { args = [], ...quiet } = QUIET[name];
  const settings = {
    executablePath,
    args: [...args, ...words],
    protocolTimeout: LONGEST_CALL_MS,
    defaultViewport: null,
    ...quiet,
  };
  if (name === "chromium") return new Browser(await launch({ browser: "chrome", ...settings }));
  const garbage = new FirefoxGarbage();
  const env = { ...process.env, TMPDIR: garbage.folder };
  return new Browser(await launch({ browser: "firefox", env, ...settings }), garbage);
}

/** A running browser. */
export class Browser {
  readonly #driver: Driver;
  readonly #garbage: FirefoxGarbage | undefined;

  /** @param garbage if it is a Firefox */
  constructor(driver: Driver, garbage?: FirefoxGarbage) {
    this.#driver = driver;
    this.#garbage = garbage;
  }

  /** What the process takes that holds the page. @throws Error if there is none, or no /proc to look for it */
  memory(): ProcessMemory {
    const pid = contentProcess(this.#pid);
    if (pid === undefined) throw new Error("the browser has no process with a page");
    return memoryOf(pid);
  }

  /** Name and version. */
  version(): Promise<string> {
    return this.#driver.version();
  }

  /** Opens `url` in a new profile. */
  async open(url: string, look: Look = {}): Promise<Opened> {
    const context = await this.#driver.createBrowserContext();
    const page = await context.newPage();
    const opened = new Page(page, (of) => this.#collect(of));
    if (this.#garbage === undefined) await opened.look({ viewport: VIEWPORT, ...look });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error instanceof Error ? error.message : String(error)));
    page.on("console", (message) => {
      if (["warn", "error"].includes(message.type())) errors.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin)
        errors.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    return { page: opened, errors };
  }

  async close(): Promise<void> {
    await this.#driver.close();
    this.#garbage?.dispose();
  }

  get #pid(): number {
    return this.#driver.process()!.pid!;
  }

  #collect(page: DriverPage): Promise<void> {
    return this.#garbage?.collect(this.#pid) ?? collectInChromium(page);
  }
}
