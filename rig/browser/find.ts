import { existsSync } from "node:fs";

/** The browsers that can be started. */
export type BrowserName = "chromium" | "firefox";

export const BROWSER_NAMES: readonly BrowserName[] = ["chromium", "firefox"];

/** Where systems install them. The environment variables `CHROMIUM` and `FIREFOX` come first. */
const PATHS: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
  firefox: ["/usr/bin/firefox-esr", "/usr/bin/firefox"],
};

/** A browser is not installed. */
export class BrowserUnavailableError extends Error {
  override readonly name = "BrowserUnavailableError";
}

/** The path of an installed browser. @throws BrowserUnavailableError that says where it was looked for */
export function browserPath(name: BrowserName): string {
  const paths = [process.env[name.toUpperCase()] ?? [], PATHS[name]].flat();
  const path = paths.find((each) => existsSync(each));
  if (path === undefined) throw new BrowserUnavailableError(`no ${titleOf(name)} at ${paths.join(", ")}`);
  return path;
}

/** The name as its makers write it. */
export function titleOf(name: BrowserName): string {
  return name === "chromium" ? "Chromium" : "Firefox";
}
