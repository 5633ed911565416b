import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

/** Where systems install Chromium. The environment variable `CHROMIUM` comes first. */
export const CHROMIUM_PATHS: readonly string[] = [
  ...(process.env.CHROMIUM === undefined ? [] : [process.env.CHROMIUM]),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Path of the installed Chromium, if there is one. */
export const chromiumPath: string | undefined = CHROMIUM_PATHS.find((path) => existsSync(path));

const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Chromium without a screen and without network traffic of its own.
 *
 * @param more more words for its command line
 * @throws Error if Chromium is not installed
 */
export function launchBrowser(...more: readonly string[]): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`no Chromium at ${CHROMIUM_PATHS.join(", ")}`);
  // Root, as in a container, cannot use the sandbox.
  return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", ...QUIET, ...more] });
}
