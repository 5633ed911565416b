import type { Keyboard, Page as Driver, Viewport } from "puppeteer-core";
import { Locator } from "./locator.ts";
import { until } from "./until.ts";

/** How a page is looked at. */
export interface Look {
  readonly viewport?: Viewport;
  /** @default "light", and without animations */
  readonly colorScheme?: "light" | "dark";
  /** How many times slower the page's scripts and layout are. Chromium only. */
  readonly slowdown?: number;
}

/** A page that is open in a browser. */
export class Page {
  readonly #driver: Driver;
  readonly #collect: (page: Driver) => Promise<void>;

  constructor(driver: Driver, collect: (page: Driver) => Promise<void>) {
    this.#driver = driver;
    this.#collect = collect;
  }

  get keyboard(): Pick<Keyboard, "press" | "type"> {
    return this.#driver.keyboard;
  }

  /** Runs a function in the page, or a script, which ends with an expression. */
  evaluate<Args extends unknown[], Result>(
    code: string | ((...args: Args) => Result),
    ...args: Args
  ): Promise<Awaited<Result>> {
    return this.#driver.evaluate(code as never, ...args);
  }

  /** Runs a function in the page, again and again, until its result is neither false nor nothing. */
  async waitForFunction<Args extends unknown[], Result>(
    code: (...args: Args) => Result,
    args: Args,
    timeoutMs?: number,
  ): Promise<Exclude<Awaited<Result>, false | null | undefined>> {
    const what = `${String(code)} of ${JSON.stringify(args)}`;
    return until(() => this.evaluate(code, ...args), what, timeoutMs);
  }

  /** The elements that a selector of CSS selects and that have the text, in whatever case. */
  locator(selector: string, { hasText = "" }: { readonly hasText?: string } = {}): Locator {
    return new Locator(this.#driver, { selector, hasText });
  }

  /** Shows the page in another way, as `open` does. */
  async look({ viewport, colorScheme, slowdown }: Look): Promise<void> {
    if (slowdown !== undefined) await this.#driver.emulateCPUThrottling(slowdown);
    if (viewport !== undefined) await this.#driver.setViewport(viewport);
    if (colorScheme === undefined) return;
    await this.#driver.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: colorScheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
  }

  /** Writes a picture of what is seen of the page. */
  async screenshot(path: `${string}.png`): Promise<void> {
    await this.#driver.screenshot({ path });
  }

  /** Has JavaScript collect all garbage. */
  collectGarbage(): Promise<void> {
    return this.#collect(this.#driver);
  }

  /** Closes the page and its profile. */
  close(): Promise<void> {
    return this.#driver.browserContext().close();
  }
}
