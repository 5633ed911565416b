import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const executablePath: string | undefined = PATHS.find((path) => existsSync(path));

/** To be used as `describe.skipIf(!browser.available)(\`…${browser.note}\`, …)`, so that a skip shows its reason. */
export const browser: { readonly available: boolean; readonly note: string } = availability();

/** With `BALLONET_REQUIRE_BROWSER=1`, a missing Chromium is an error instead of a skip. */
function availability(): { available: boolean; note: string } {
  if (executablePath !== undefined) return { available: true, note: "" };
  const reason = `no Chromium at ${PATHS.join(", ")}`;
  if (process.env.BALLONET_REQUIRE_BROWSER === "1") throw new Error(reason);
  console.warn(`SKIPPED: tests in a browser. ${reason}`);
  return { available: false, note: ` [skipped: ${reason}]` };
}

const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Without traffic of its own; root, as in a container, has no sandbox. */
export const FLAGS: readonly string[] = ["--no-sandbox", ...QUIET];

/** Chromium without a screen. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: [...FLAGS] });
}
