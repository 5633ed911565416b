import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../packed/harness/browser.ts";
import { booted, consoleText, pagesIn, shareOfMap, textOf } from "./reading.ts";
import { DemoPage } from "../../rig/browser/demo-page.ts";
import type { Opened } from "../../rig/browser/demo-page.ts";

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const FRAMES_PER_MIB = 256;

describe.skipIf(!browser.available)(`the demo page${browser.note}`, () => {
  let served: DemoPage;

  beforeAll(async () => {
    served = await DemoPage.start();
  });

  afterAll(() => served.stop());

  /** Opens the page, lets `use` look at it, and expects no errors from it. */
  async function opened(use: (page: Page) => Promise<void>, options?: Parameters<DemoPage["open"]>[0]) {
    const { page, errors }: Opened = await served.open(options);
    try {
      await booted(page);
      await use(page);
      expect(errors).toEqual([]);
    } finally {
      await page.context().close();
    }
  }

  test("boots a guest by itself, and shows what was negotiated", () =>
    opened(async (page) => {
      expect(await textOf(page, "#outcome", /Accepted/)).toBe("Accepted, lock policy on");
      expect(await textOf(page, "#reason", /./)).toBe(
        "The guest negotiates WILL_TELL_HOST: we can do the munlock/mlock.",
      );
      expect(await page.locator("#features .taken").allInnerTexts()).toEqual(
        expect.arrayContaining([expect.stringContaining("WILL_TELL_HOST")]),
      );
      await expect.poll(() => consoleText(page)).toContain("ready");
    }));

  test("moves pages with the slider, on the map and in the numbers", () =>
    opened(async (page) => {
      expect(await pagesIn(page, "unlocked")).toBe(0);
      expect(await shareOfMap(page, "unlocked")).toBe(0);
      await page.locator("#target-slider").fill("32");
      await textOf(page, "#status", /has given 32 MiB/);
      expect(await pagesIn(page, "unlocked")).toBe(32 * FRAMES_PER_MIB);
      expect(await pagesIn(page, "guest")).toBe(32 * FRAMES_PER_MIB);
      await expect.poll(() => shareOfMap(page, "unlocked")).toBeCloseTo(0.5, 1);
      await page.locator("#deflate").click();
      await textOf(page, "#status", /has given 24 MiB/);
      expect(await page.locator("#target-number").inputValue()).toBe("24");
      await expect.poll(() => shareOfMap(page, "unlocked")).toBeCloseTo(24 / 64, 1);
      await page.getByRole("button", { name: "Compare" }).click();
      expect(await textOf(page, "#agreement", /./)).toMatch(/^Both say 6,144 pages given .* none damaged\.$/);
    }));

  test("shows that a saved state leaves out what the guest gives", () =>
    opened(async (page) => {
      const sizes = async (): Promise<number[]> => {
        await page.locator("#measure").click();
        await page.locator("#measure:enabled").waitFor();
        return (await page.locator("#saves tbody tr").first().locator("td").allInnerTexts()).map(parseFloat);
      };
      const [, before] = await sizes();
      await page.locator("#target-slider").fill("40");
      await textOf(page, "#status", /has given 40 MiB/);
      const [ballooned, after, compressed] = await sizes();
      expect(ballooned).toBe(40);
      expect(before! - after!).toBeCloseTo(40, 0);
      expect(compressed).toBeLessThan(after!);
    }));

  test("shows a failed lock as owed, and locks it when it can", () =>
    opened(async (page) => {
      await page.locator("#target-slider").fill("16");
      await textOf(page, "#status", /has given 16 MiB/);
      await page.locator("#locks-fail").check();
      await page.locator("#target-slider").fill("4");
      await textOf(page, "#status", /3,072 pages of the guest are not locked/);
      expect(await pagesIn(page, "failed")).toBe(12 * FRAMES_PER_MIB);
      await expect.poll(() => shareOfMap(page, "failed")).toBeGreaterThan(0.15);
      await page.locator("#locks-fail").uncheck();
      await textOf(page, "#status", /has given 4 MiB/);
      expect(await pagesIn(page, "failed")).toBe(0);
    }));

  test("withholds or stops with the other failure policies", () =>
    opened(async (page) => {
      await page.locator("#target-slider").fill("8");
      await textOf(page, "#status", /has given 8 MiB/);
      await page.locator("#locks-fail").check();
      await page.locator("#failure").selectOption("withhold");
      await page.locator("#target-slider").fill("0");
      await textOf(page, "#status", /withheld/);
      // Withheld for as long as the policy tries again.
      await textOf(page, "#status", /DEVICE_NEEDS_RESET/);
      await page.locator("#locks-fail").uncheck();
      await page.getByRole("button", { name: "Reset the driver" }).click();
      await booted(page);
    }));

  test("shows the outcome for each class and driver", () =>
    opened(async (page) => {
      await page.locator("#driver").selectOption("silent");
      await textOf(page, "#reason", /negotiates SILENT_DEFLATE/);
      await page.locator("#target-slider").fill("8");
      await textOf(page, "#status", /has given 8 MiB/);
      expect(await pagesIn(page, "ballooned")).toBe(8 * FRAMES_PER_MIB);
      expect(await pagesIn(page, "unlocked")).toBe(0);
      await page.locator("#device-class").selectOption("never");
      await textOf(page, "#outcome", /Driver refused/);
      await page.locator("#driver").selectOption("buggy");
      await page.locator("#device-class").selectOption("optional");
      await textOf(page, "#outcome", /buggy driver/);
      await textOf(page, "#rules", /DRV-F1/);
    }));

  test("asks nothing more of a guest that was shut down", () =>
    opened(async (page) => {
      await page.locator("#memory").evaluate((memory: HTMLSelectElement) => {
        const slider = document.querySelector<HTMLInputElement>("#target-slider")!;
        memory.value = "32";
        memory.dispatchEvent(new Event("change"));
        queueMicrotask(() => {
          slider.value = "8";
          slider.dispatchEvent(new Event("input"));
        });
      });
      await expect.poll(() => pagesIn(page, "guest")).toBe(32 * FRAMES_PER_MIB);
      await booted(page);
      expect(await page.locator("#target-slider").inputValue()).toBe("0");
    }));

  test("counts an attack, and the guest survives", () =>
    opened(async (page) => {
      await page.locator("#driver").selectOption("hostile");
      await textOf(page, "#status", /all its memory/);
      await page.getByRole("button", { name: "Attack" }).click();
      await expect.poll(() => page.locator("#rules li").count(), { timeout: 30_000 }).toBeGreaterThan(5);
      expect(await page.locator("#rules").innerText()).toContain("2.7.5.3");
    }));

  test("plays a recording on the same map", () =>
    opened(async (page) => {
      await page.getByText("Recording", { exact: true }).first().click();
      await page.locator("#speed").selectOption("16");
      await page.locator("#trace").selectOption({ label: "inflate to 117 MiB" });
      expect(await textOf(page, "#trace-figures", /120 of 120/)).toMatch(/holds 117\.2 MiB$/);
      expect(await pagesIn(page, "unlocked")).toBe(30_000);
      await expect.poll(() => shareOfMap(page, "unlocked")).toBeGreaterThan(0.4);
      expect(await faultsOf(page)).toEqual([]);
      await page.locator("#position").fill("10");
      expect(await pagesIn(page, "unlocked")).toBeLessThan(3000);
      await page.getByText("Live guest").click();
      await expect.poll(() => pagesIn(page, "guest")).toBe(64 * FRAMES_PER_MIB);
    }));

  test("works with the keyboard alone", () =>
    opened(async (page) => {
      const tabTo = async (selector: string): Promise<void> => {
        for (let i = 0; i < 40; i++) {
          await page.keyboard.press("Tab");
          if (await page.locator(selector).evaluate((element) => element.matches(":focus-within, :focus")))
            return;
        }
        throw new Error(`Tab does not reach ${selector}`);
      };
      await tabTo("#target-slider");
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
      await textOf(page, "#status", /has given 3 MiB/);
      await tabTo("#inflate");
      await page.keyboard.press("Enter");
      await textOf(page, "#status", /has given 11 MiB/);
      await tabTo("#device-class");
      await page.keyboard.press("ArrowUp");
      await textOf(page, "#status", /all its memory/);
      expect(await page.locator("#device-class").inputValue()).toBe("never");
      await tabTo("#terminal");
      await page.keyboard.type("report\n");
      await expect.poll(() => consoleText(page)).toContain("ballooned count=0");
      await tabTo("#source");
      await page.keyboard.press("ArrowRight");
      await textOf(page, "#play", /Pause|Play again/);
    }));

  test.each([
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", PHONE],
  ] as const)("has no accessibility faults %s", (_name, options) =>
    opened(async (page) => {
      await page.locator("#target-slider").fill("8");
      await textOf(page, "#status", /has given 8 MiB/);
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    }, options),
  );
});

/** What axe finds, as "rule: element". Evaluated from outside, because the page's policy forbids other scripts. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
