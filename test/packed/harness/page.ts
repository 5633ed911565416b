import { launchBrowser } from "../../../rig/browser/browser.ts";

export interface Shown {
  /** What the page has put into its `<output>`. */
  readonly outcome: unknown;
  /** Warnings and errors on the console, and errors that nobody caught. */
  readonly errors: readonly string[];
}

/** Opens `url` in a new browser and waits for an outcome. */
export async function shownAt(url: string): Promise<Shown> {
  const browser = await launchBrowser();
  try {
    const { page, errors } = await browser.open(url);
    const output = page.locator("output:not(:empty)");
    // Without an outcome, the test fails with the page's errors.
    await output.waitFor(40_000).catch(() => undefined);
    const [text = "null"] = await output.allInnerTexts();
    return { outcome: JSON.parse(text), errors };
  } finally {
    await browser.close();
  }
}

/** A page that runs `script` as a module or, for an IIFE, as a classic script. */
export function htmlOf(script: string, type = "module"): string {
  return `<link rel="icon" href="data:,"><output></output><script type="${type}" src="${script}"></script>`;
}
