import type { Keyboard, Page as Driver } from "puppeteer-core";
import type { BrowserName } from "./find.ts";
import { Locator } from "./locator.ts";
import { until } from "./until.ts";

/** A page that is open in a browser. */
export class Page {
  readonly #driver: Driver;
  readonly #name: BrowserName;

  constructor(driver: Driver, name: BrowserName) {
    this.#driver = driver;
    this.#name = name;
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

  /** Writes a picture of what is seen of the page. */
  async screenshot(path: `${string}.png`): Promise<void> {
    await this.#driver.screenshot({ path });
  }

  /** Has JavaScript collect all garbage. Returns whether it could: only Chromium can be asked. */
  async collectGarbage(): Promise<boolean> {
    if (this.#name !== "chromium") return false;
    const session = await this.#driver.createCDPSession();
    await session.send("HeapProfiler.collectGarbage");
    await session.detach();
    return true;
  }

  /** Closes the page and its profile. */
  close(): Promise<void> {
    return this.#driver.browserContext().close();
  }
}
