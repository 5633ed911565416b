import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Page } from "../../rig/browser/page.ts";

const ANSWER_MS = 15_000;

/** Waits until the element's text matches, and returns it. */
export async function textOf(
  page: Page,
  selector: string,
  pattern: RegExp,
  timeoutMs: number = ANSWER_MS,
): Promise<string> {
  return page.waitForFunction(
    (wanted, source) => {
      const elements = [...document.querySelectorAll<HTMLElement>(wanted)];
      return elements.find((element) => new RegExp(source).test(element.textContent))?.innerText;
    },
    [selector, pattern.source],
    timeoutMs,
  );
}

/** Waits until the embedded guest is up and has all its memory. */
export async function booted(page: Page): Promise<void> {
  await textOf(page, "#status", /all its memory/);
}

/** The page's settings, by the id of their control. */
export interface Choices {
  readonly driver?: string;
  readonly deviceClass?: string;
  readonly memory?: "32" | "64";
  readonly memoryKind?: "plain" | "pinned";
  readonly failure?: string;
}

const DEFAULTS: Required<Choices> = {
  driver: "polite",
  deviceClass: "optional",
  memory: "64",
  memoryKind: "plain",
  failure: "degrade",
};

/** Shows the live guest and boots it again, as if the page had been opened and these settings chosen. */
export async function restart(page: Page, choices: Choices = {}): Promise<void> {
  await page.evaluate(
    (wanted) => {
      const live = document.querySelector<HTMLInputElement>("#source [value=live]")!;
      if (!live.checked) live.click();
      const fail = document.querySelector<HTMLInputElement>("#locks-fail")!;
      if (fail.checked) fail.click();
      for (const [name, value] of Object.entries(wanted)) {
        const id = name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
        const select = document.querySelector<HTMLSelectElement>(`#${id}`)!;
        select.value = value;
        if (name === "failure") select.dispatchEvent(new Event("change"));
      }
      document.querySelector("#driver")!.dispatchEvent(new Event("change"));
      (document.activeElement as HTMLElement | null)?.blur();
      scrollTo(0, 0);
    },
    { ...DEFAULTS, ...choices },
  );
}

/** Pages in a state, as the legend says. */
export async function pagesIn(page: Page, state: string): Promise<number> {
  const text = await page.locator(`[data-state=${state}] td`).innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

/** The states that the legend shows, with what it says of them. */
export function statesShown(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLTableRowElement>("#legend [data-state]")]
        .filter((row) => row.checkVisibility())
        .map((row) => [row.dataset.state!, row.querySelector<HTMLElement>(".says")!.innerText]),
    ),
  );
}

/** The titles of the cards that are visible. */
export function cardsShown(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".card h2")]
      .filter((title) => title.checkVisibility())
      .map((title) => title.innerText),
  );
}

/** A list of counts, such as the driver's. */
export function countsIn(page: Page, selector: string): Promise<Record<string, number>> {
  return page.evaluate(
    (list) =>
      Object.fromEntries(
        [...document.querySelectorAll<HTMLElement>(`${list} dt`)].map((name) => [
          name.innerText,
          Number((name.nextElementSibling as HTMLElement).innerText.replaceAll(",", "")),
        ]),
      ),
    selector,
  );
}

/** The numbers in a text. */
export function numbersIn(text: string): number[] {
  return (text.match(/[\d.,]*\d/g) ?? []).map((digits) => Number(digits.replaceAll(",", "")));
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
  await page.locator("#terminal").evaluate((terminal) => {
    terminal.scrollIntoView();
  });
  return page.locator("#terminal .xterm-rows").innerText();
}

/** Shows the page at another width, in CSS pixels, or in another colour scheme. */
export async function showAs(page: Page, width: number, colorScheme: "light" | "dark"): Promise<void> {
  await page.look({ viewport: { width, height: 740 }, colorScheme });
}

/** How many CSS pixels the page is too wide. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** What axe finds, as "rule: element". Evaluated from outside, because the page's policy forbids other scripts. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(`globalThis.axe === undefined && ${axe.source}; undefined`);
  const { violations } = await page.evaluate<[], AxeResults>('axe.run({ resultTypes: ["violations"] })');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
