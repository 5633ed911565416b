import { browserPath, BrowserUnavailableError } from "../../../rig/browser/find.ts";
import type { BrowserName } from "../../../rig/browser/find.ts";

/** Whether tests can use a browser here. */
interface Availability {
  readonly available: boolean;
  /** For the title of a suite: empty, or why it is skipped. */
  readonly note: string;
}

/** Used as `describe.skipIf(!browser.available)(\`…${browser.note}\`, …)`, so that a skipped suite shows its reason. */
export const browser: Availability = availability("chromium");

/** The same for Firefox. */
export const firefox: Availability = availability("firefox");

/** With `BALLONET_REQUIRE_BROWSER=1`, a missing browser is an error instead of a skip. */
function availability(name: BrowserName): Availability {
  try {
    browserPath(name);
    return { available: true, note: "" };
  } catch (error) {
    if (!(error instanceof BrowserUnavailableError) || process.env.BALLONET_REQUIRE_BROWSER === "1")
      throw error;
    console.warn(`SKIPPED: tests in a browser. ${error.message}`);
    return { available: false, note: ` [skipped: ${error.message}]` };
  }
}
