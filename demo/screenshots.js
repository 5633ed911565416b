// Takes the pictures of docs/images/: `npm run demo:screenshots`. Needs Chromium; the pictures look best with the font Inter.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

const FOLDER = join(import.meta.dirname, "../docs/images");
const DESKTOP = { viewport: { width: 1240, height: 920 } };
const PHONE = {
  viewport: { width: 360, height: 740, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const SHOTS = [
  { name: "demo-light", options: { ...DESKTOP, colorScheme: "light" }, play: fragmented },
  { name: "demo-dark", options: { ...DESKTOP, colorScheme: "dark" }, play: failing },
  { name: "demo-phone", options: { ...PHONE, colorScheme: "light" }, play: fragmented },
];

/** Waits until the status says so. */
async function says(page, text) {
  await page.locator("#status", { hasText: text }).waitFor();
}

async function moveTo(page, mib) {
  await page.locator("#target-slider").fill(String(mib));
}

/** Takes part of the memory in one piece, and then every third page. */
async function fragmented(page) {
  await moveTo(page, 20);
  await says(page, "has given 20 MiB");
  await page.locator("button", { hasText: "every 3rd page" }).click();
  await moveTo(page, 30);
  await says(page, "has given 30 MiB");
}

/** The same with pinned memory, and then the host has no locked memory left. */
async function failing(page) {
  await page.locator("#memory-kind").selectOption("pinned");
  await says(page, "all its memory");
  await fragmented(page);
  await page.locator("#locks-fail").check();
  await moveTo(page, 27);
  await says(page, "not locked");
}

const HELP = `npm run demo:screenshots -- [--only=<name>] [--out=<folder>]

  --only  one of ${SHOTS.map(({ name }) => name).join(", ")}: all of them
  --out   where to write, over what is there: docs/images`;

async function main() {
  const { help, only, out } = optionsOrExit();
  if (help) return console.log(HELP);
  // Imported only now, because it needs what the lines above install and build.
  const { DemoPage } = await import("../build/rig/browser/demo-page.js");
  const demo = await DemoPage.start("--hide-scrollbars");
  mkdirSync(out, { recursive: true });
  try {
    for (const shot of SHOTS.filter(({ name }) => only === undefined || name === only)) {
      await take(shot, demo, out);
    }
  } finally {
    await demo.stop();
  }
}

async function take({ name, options, play }, demo, out) {
  const { page } = await demo.open(options);
  await says(page, "all its memory");
  await play(page);
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  // Statistics come once a second.
  await setTimeout(2500);
  await page.screenshot(join(out, `${name}.png`));
  await page.close();
  console.log(join(out, `${name}.png`));
}

function optionsOrExit() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`screenshots: ${error.message}`);
    process.exit(2);
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      out: { type: "string", default: FOLDER },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const names = SHOTS.map(({ name }) => name);
  if (values.only === undefined || names.includes(values.only)) return values;
  throw new RangeError(`--only must be one of ${names.join(", ")}, got "${values.only}"`);
}

await main();
