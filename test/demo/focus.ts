import type { Page } from "../../rig/browser/page.ts";

/** How the focus of a control is shown. */
export interface FocusRing {
  readonly control: string;
  /** In CSS pixels; 0 if there is none. */
  readonly width: number;
  /** Of the ring and what is behind it. */
  readonly contrast: number;
}

/** Presses Tab until the focus has been everywhere, and looks at the ring each time. */
export async function focusRings(page: Page): Promise<FocusRing[]> {
  const rings: FocusRing[] = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const ring = await page.evaluate(ringOfFocus);
    // Between the last control and the first, the focus is outside the page.
    if (ring === undefined) continue;
    if (rings[0]?.control === ring.control) return rings;
    rings.push(ring);
  }
  throw new Error(`Tab does not end: ${rings.map(({ control }) => control).join(", ")}`);
}

/** All controls that are shown and can be used. A group of radio buttons is one. */
export function controlsOf(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        "a, button, input:not([type=radio]), input:checked, select, #terminal",
      ),
    ]
      .filter((element) => element.checkVisibility() && !element.matches(":disabled, .xterm *"))
      .map((element) => element.id || element.textContent),
  );
}

/** Runs in the page. */
function ringOfFocus(): FocusRing | undefined {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return undefined;
  const control = focused.closest("#terminal") ?? focused;
  // A radio button is invisible; what is beside it stands for it.
  const shown = control.matches("[type=radio]") ? control.nextElementSibling! : control;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(shown);
  let behind = shown.parentElement!;
  while (getComputedStyle(behind).backgroundColor.endsWith(", 0)")) behind = behind.parentElement!;
  const light = (colour: string): number => {
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((channel) => {
      const share = Number(channel) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05;
  };
  const both = [light(outlineColor), light(getComputedStyle(behind).backgroundColor)];
  return {
    control: control.id || control.textContent,
    width: outlineStyle === "solid" ? parseFloat(outlineWidth) : 0,
    contrast: Math.max(...both) / Math.min(...both),
  };
}
