// Takes the pictures of docs/images/: `npm run demo:screenshots`. Needs Chromium; ones with the font Inter look best.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { preview } from "vite";

const FOLDER = join(import.meta.dirname, "../docs/images");
const DESKTOP = { viewport: { width: 1240, height: 860 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const SHOTS = [
  { name: "demo-light", options: { ...DESKTOP, colorScheme: "light" }, play: fragmented },
  { name: "demo-dark", options: { ...DESKTOP, colorScheme: "dark" }, play: failing },
  { name: "demo-phone", options: { ...PHONE, colorScheme: "light" }, play: fragmented },
];

/** Waits until the status says so. */
async function says(page, text) {
  await page.locator("#status").filter({ hasText: text }).waitFor({ timeout: 30_000 });
}

async function moveTo(page, mib) {
  await page.locator("#target-slider").fill(String(mib));
}

/** Part of the memory in one piece, and then every third page. */
async function fragmented(page) {
  await moveTo(page, 20);
  await says(page, "has given 20 MiB");
  await page.getByRole("button", { name: "every 3rd page" }).click();
  await moveTo(page, 30);
  await says(page, "has given 30 MiB");
}

/** The same, and then the host is out of locked memory. */
async function failing(page) {
  await fragmented(page);
  await page.locator("#locks-fail").check();
  await moveTo(page, 27);
  await says(page, "not locked");
}

const server = await preview({
  configFile: join(import.meta.dirname, "vite.config.ts"),
  logLevel: "error",
  preview: { host: "127.0.0.1", port: 0 },
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});
mkdirSync(FOLDER, { recursive: true });
for (const { name, options, play } of SHOTS) {
  const page = await browser.newPage({ reducedMotion: "reduce", ...options });
  await page.goto(server.resolvedUrls.local[0]);
  await says(page, "all its memory");
  await play(page);
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  // Statistics come once a second.
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await page.close();
}
await browser.close();
await server.close();
