import { launchBrowser } from "../../../rig/browser/chromium.ts";

export interface Shown {
  /** What the page has put into its `<output>`. */
  readonly outcome: unknown;
  /** Warnings and errors on the console, and errors that nobody caught. */
  readonly complaints: readonly string[];
}

/** Opens `url` in a browser of its own and waits for an outcome. */
export async function shownAt(url: string): Promise<Shown> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      if (["warning", "error"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(url);
    const output = page.locator("output:not(:empty)");
    // Without an outcome, what the page complained about is what the test fails with.
    const text = await output.textContent({ timeout: 40_000 }).catch(() => "null");
    return { outcome: JSON.parse(text!), complaints };
  } finally {
    await browser.close();
  }
}

/** A page that runs `script`, as a module or, for an IIFE, as a script of the old kind. */
export function htmlOf(script: string, type = "module"): string {
  return `<link rel="icon" href="data:,"><output></output><script type="${type}" src="${script}"></script>`;
}
