import type { Page } from "playwright-core";

const ANSWER_MS = 15_000;

/** Waits until the element's text matches, and returns it. */
export async function textOf(page: Page, selector: string, pattern: RegExp): Promise<string> {
  const element = page.locator(selector).filter({ hasText: pattern });
  await element.first().waitFor({ state: "attached", timeout: ANSWER_MS });
  return element.first().innerText();
}

/** Waits until the embedded guest is up and has all its memory. */
export async function booted(page: Page): Promise<void> {
  await textOf(page, "#status", /all its memory/);
}

/** Pages in a state, as the legend says. */
export async function pagesIn(page: Page, state: string): Promise<number> {
  const text = await page.locator(`[data-state=${state}] td`).first().innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

/** The share of the map that has the colour of a state, not counting the lines between cells. */
export function shareOfMap(page: Page, state: string): Promise<number> {
  return page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>("#map")!;
    const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const wanted = Number.parseInt(hex.slice(1), 16);
    // A copy, because the page's own canvas is not meant to be read back.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d")!;
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let [painted, found] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 0) continue;
      painted++;
      if (((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!) === wanted) found++;
    }
    return found / painted;
  }, state);
}

/** The text in the serial console, which draws only the visible lines. */
export async function consoleText(page: Page): Promise<string> {
  await page.locator("#terminal").scrollIntoViewIfNeeded();
  return page.locator("#terminal .xterm-rows").innerText();
}
