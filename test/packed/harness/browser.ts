import { CHROMIUM_PATHS, chromiumPath } from "../../../rig/browser/chromium.ts";

/** Used as `describe.skipIf(!browser.available)(\`…${browser.note}\`, …)`, so that a skipped suite shows its reason. */
export const browser: { readonly available: boolean; readonly note: string } = availability();

/** With `BALLONET_REQUIRE_BROWSER=1`, a missing Chromium is an error instead of a skip. */
function availability(): { available: boolean; note: string } {
  if (chromiumPath !== undefined) return { available: true, note: "" };
  const reason = `no Chromium at ${CHROMIUM_PATHS.join(", ")}`;
  if (process.env.BALLONET_REQUIRE_BROWSER === "1") throw new Error(reason);
  console.warn(`SKIPPED: tests in a browser. ${reason}`);
  return { available: false, note: ` [skipped: ${reason}]` };
}
