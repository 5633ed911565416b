import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DemoPage } from "../../rig/browser/demo-page.ts";
import type { Page } from "../../rig/browser/page.ts";
import { browser } from "../packed/harness/browser.ts";
import { controlsOf, focusRings } from "./focus.ts";
import { booted, faultsOf, overflowOf, restart, showAs, textOf } from "./reading.ts";

const SCHEMES = ["light", "dark"] as const;

/** What a visitor sees, and how it is reached. */
const MODES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  "a guest that gives, and a saved state": async (page) => {
    await give(page, 8);
    await page.locator("#measure").click();
    await textOf(page, "#saved-text", /Without/);
  },
  "after Compact": async (page) => {
    await give(page, 16);
    await page.locator("#compact").click();
    await textOf(page, "#compact-result", /copied/);
  },
  "pinned memory that cannot be locked": async (page) => {
    await restart(page, { memory: "32", memoryKind: "pinned" });
    await booted(page);
    await give(page, 8);
    await page.locator("#locks-fail").check();
    await page.locator("#target-slider").fill("4");
    await textOf(page, "#status", /not locked/);
  },
  "a recording": async (page) => {
    await page.locator("label", { hasText: "Recording" }).click();
    await page.locator("#speed").selectOption("16");
    await textOf(page, "#trace-figures", /record \d\d/);
    await page.locator("#position").fill("30");
  },
};

async function give(page: Page, mib: number): Promise<void> {
  await page.locator("#target-slider").fill(String(mib));
  await textOf(page, "#status", new RegExp(`has given ${mib} MiB`));
}

describe.skipIf(!browser.available)(`everybody can use the demo page${browser.note}`, () => {
  let served: DemoPage;

  beforeAll(async () => {
    served = await DemoPage.start();
  });

  afterAll(() => served.stop());

  test.for(Object.entries(MODES))("%s", { timeout: 180_000 }, async ([, show]) => {
    const { page, errors } = await served.open();
    await booted(page);
    await show(page);
    for (const scheme of SCHEMES) {
      for (const width of [320, 640, 1280]) {
        const seen = `${width} pixels, ${scheme}`;
        await showAs(page, width, scheme);
        expect(await faultsOf(page), seen).toEqual([]);
        expect(await overflowOf(page), seen).toBe(0);
      }
      const rings = await focusRings(page);
      expect(new Set(rings.map(({ control }) => control))).toEqual(new Set(await controlsOf(page)));
      expect(
        rings.filter(({ width, contrast }) => width < 2 || contrast < 3),
        scheme,
      ).toEqual([]);
    }
    expect(errors).toEqual([]);
    await page.close();
  });
});
