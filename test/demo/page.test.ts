import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../packed/harness/browser.ts";
import {
  booted,
  cardsShown,
  consoleText,
  countsIn,
  numbersIn,
  pagesIn,
  restart,
  shareOfMap,
  statesShown,
  textOf,
} from "./reading.ts";
import type { Choices } from "./reading.ts";
import { DemoPage } from "../../rig/browser/demo-page.ts";
import type { Opened } from "../../rig/browser/browser.ts";
import type { Page } from "../../rig/browser/page.ts";

const FRAMES_PER_MIB = 256;

describe.skipIf(!browser.available)(`the demo page${browser.note}`, () => {
  let served: DemoPage;
  /** One page for all tests, because v86 need not be compiled again when its guest boots again. */
  let shared: Opened | undefined;

  beforeAll(async () => {
    served = await DemoPage.start();
  });

  afterAll(() => served.stop());

  /** Boots a guest with these settings, lets `use` look at the page, and expects no errors from it. */
  async function opened(use: (page: Page) => Promise<void>, choices?: Choices): Promise<void> {
    const isNew = shared === undefined;
    shared ??= await served.open({ colorScheme: "light" });
    const { page, errors } = shared;
    try {
      if (!isNew || choices !== undefined) await restart(page, choices);
      await use(page);
      expect(errors).toEqual([]);
    } catch (error) {
      // What is wrong with it is not the fault of the next test.
      shared = undefined;
      await page.close();
      throw error;
    }
  }

  async function give(page: Page, mib: number): Promise<void> {
    await page.locator("#target-slider").fill(String(mib));
    await textOf(page, "#status", new RegExp(`has given ${mib} MiB`));
  }

  test("boots a guest by itself, shows what was negotiated, and draws the console when it is seen", () =>
    opened(async (page) => {
      await booted(page);
      expect(await textOf(page, "#outcome", /Accepted/)).toBe("Accepted, lock policy on");
      expect(await textOf(page, "#reason", /./)).toBe(
        "The guest negotiates WILL_TELL_HOST: we can do the munlock/mlock.",
      );
      expect(await textOf(page, "#consequence", /./)).toContain("Memory is plain here");
      expect(await page.locator("#features .taken").allInnerTexts()).toEqual(
        expect.arrayContaining([expect.stringContaining("WILL_TELL_HOST")]),
      );
      expect(await page.locator("#terminal .xterm").count()).toBe(0);
      await expect.poll(() => consoleText(page)).toContain("ready");
    }));

  test("moves pages with the slider, on the map and in the numbers", () =>
    opened(async (page) => {
      await booted(page);
      expect(await pagesIn(page, "ballooned")).toBe(0);
      await expect.poll(() => shareOfMap(page, "ballooned")).toBe(0);
      await give(page, 32);
      expect(await pagesIn(page, "ballooned")).toBe(32 * FRAMES_PER_MIB);
      expect(await pagesIn(page, "guest")).toBe(32 * FRAMES_PER_MIB);
      await expect.poll(() => shareOfMap(page, "ballooned")).toBeCloseTo(0.5, 1);
      await page.locator("#deflate").click();
      await textOf(page, "#status", /has given 24 MiB/);
      expect(await page.locator("#target-number").inputValue()).toBe("24");
      await expect.poll(() => shareOfMap(page, "ballooned")).toBeCloseTo(24 / 64, 1);
      await page.locator("button", { hasText: "Compare" }).click();
      expect(await textOf(page, "#agreement", /./)).toMatch(/^Both say 6,144 pages given .* none damaged\.$/);
    }));

  test("compacts the guest, which goes on, and shows what that changes", () =>
    opened(async (page) => {
      const use = async (pattern: RegExp): Promise<[nonZero: number, written: number, size: number]> => {
        const [nonZero, frames, written, size] = numbersIn(await textOf(page, "#memory-text", pattern));
        expect(frames! / FRAMES_PER_MIB).toBeCloseTo(nonZero!, 0);
        return [nonZero!, written!, size!];
      };
      await booted(page);
      await give(page, 40);
      // Samples are a second apart.
      const [before, written, size] = await use(/^Now 2\d/);
      expect(written - before).toBeGreaterThan(39);
      await page.locator("#compact").click();
      const copied = numbersIn(await textOf(page, "#compact-result", /copied/))[0]!;
      expect(copied).toBeGreaterThan(before);
      expect(copied).toBeLessThan(before + 3);
      const [after, left, sizeAfter] = await use(/at least 2\d/);
      expect(after).toBeCloseTo(before, 0);
      expect(left).toBeLessThan(after + 1);
      // It never shrinks; v86 may have let it grow.
      expect(sizeAfter).toBeGreaterThanOrEqual(size);
      await give(page, 16);
      await page.locator("button", { hasText: "Compare" }).click();
      expect(await textOf(page, "#agreement", /./)).toMatch(/^Both say 4,096 pages given .* none damaged\.$/);
    }));

  test("cannot compact pinned memory, says why, and offers plain memory", () =>
    opened(
      async (page) => {
        await booted(page);
        expect(await page.locator("#compact").isDisabled()).toBe(true);
        expect(await page.locator("#compact-result").innerText()).toContain("Pinned memory cannot move");
        await page.locator("#use-plain").click();
        await expect.poll(() => page.locator("#compact").isDisabled()).toBe(false);
        await booted(page);
        expect(await page.locator("#memory-kind").inputValue()).toBe("plain");
        expect(await page.locator("#compact-result").innerText()).toBe("");
        expect(await page.locator("#use-plain").isVisible()).toBe(false);
        await page.locator("#compact").click();
        await textOf(page, "#compact-result", /copied/);
      },
      { memory: "32", memoryKind: "pinned" },
    ));

  test("shows that a saved state leaves out what the guest gives", () =>
    opened(async (page) => {
      const sizes = async (): Promise<number[]> => {
        const rows = page.locator("#saves tbody tr");
        const measured = await rows.count();
        await page.locator("#measure").click();
        await expect.poll(() => rows.count()).toBe(measured + 1);
        return (await page.locator("#saves tbody tr:first-child td").allInnerTexts()).map(parseFloat);
      };
      await booted(page);
      expect(await page.locator("#saves").isVisible()).toBe(false);
      const [, without, before] = await sizes();
      expect(without).toBeCloseTo(before!, 1);
      await give(page, 40);
      const [ballooned, withoutNow, after, compressed] = await sizes();
      expect(ballooned).toBe(40);
      expect(before! - after!).toBeCloseTo(40, 0);
      expect(compressed).toBeLessThan(after!);
      // What the page counts is what it measured when nothing was given.
      expect(withoutNow).toBeCloseTo(before!, 0);
      expect(numbersIn(await page.locator("#saved-text").innerText())).toEqual([after, withoutNow]);
    }));

  test("shows a failed lock as owed, and locks it when it can", () =>
    opened(
      async (page) => {
        await booted(page);
        await give(page, 16);
        expect(await pagesIn(page, "unlocked")).toBe(16 * FRAMES_PER_MIB);
        await page.locator("#locks-fail").check();
        await page.locator("#target-slider").fill("4");
        await textOf(page, "#status", /3,072 pages of the guest are not locked/);
        expect(await pagesIn(page, "failed")).toBe(12 * FRAMES_PER_MIB);
        await expect.poll(() => shareOfMap(page, "failed")).toBeGreaterThan(0.15);
        await page.locator("#locks-fail").uncheck();
        await textOf(page, "#status", /has given 4 MiB/);
        expect(await pagesIn(page, "failed")).toBe(0);
      },
      { memoryKind: "pinned" },
    ));

  test("withholds or stops with the other failure policies", () =>
    opened(
      async (page) => {
        await booted(page);
        await give(page, 8);
        await page.locator("#locks-fail").check();
        await page.locator("#failure").selectOption("withhold");
        await page.locator("#target-slider").fill("0");
        await textOf(page, "#status", /withheld/);
        // Withheld for as long as the policy tries again.
        await textOf(page, "#status", /DEVICE_NEEDS_RESET/);
        await page.locator("#locks-fail").uncheck();
        await page.locator("button", { hasText: "Reset the driver" }).click();
        await booted(page);
      },
      { memory: "32", memoryKind: "pinned" },
    ));

  test("shows the outcome for each class and driver", () =>
    opened(
      async (page) => {
        await textOf(page, "#reason", /negotiates SILENT_DEFLATE/);
        await booted(page);
        await give(page, 8);
        expect(await pagesIn(page, "ballooned")).toBe(8 * FRAMES_PER_MIB);
        expect(await pagesIn(page, "unlocked")).toBe(0);
        await page.locator("#device-class").selectOption("never");
        await textOf(page, "#outcome", /Driver refused/);
        await page.locator("#driver").selectOption("buggy");
        await page.locator("#device-class").selectOption("optional");
        await textOf(page, "#outcome", /buggy driver/);
        await textOf(page, "#rules", /DRV-F1/);
      },
      { driver: "silent", memory: "32", memoryKind: "pinned" },
    ));

  test("says what the states of a page mean, for each kind of memory", () =>
    opened(
      async (page) => {
        await booted(page);
        expect(await statesShown(page)).toMatchObject({
          ballooned: "The guest gave these pages to the host, which still keeps them locked.",
          unlocked: "Given, and no longer kept in RAM: the host unlocked and zeroed them.",
          failed: expect.stringContaining("could not lock") as string,
        });
        await page.locator("#memory-kind").selectOption("plain");
        await booted(page);
        await expect
          .poll(() => statesShown(page).then(Object.keys))
          .toEqual(["guest", "ballooned", "reported"]);
        expect((await statesShown(page)).ballooned).toBe(
          "The guest gave these pages to the host, which zeroed them.",
        );
        expect(await page.locator("#locks-fail").isVisible()).toBe(false);
      },
      { memory: "32", memoryKind: "pinned" },
    ));

  test("asks nothing more of a guest that was shut down", () =>
    opened(async (page) => {
      await booted(page);
      await page.locator("#memory").evaluate((element) => {
        const memory = element as HTMLSelectElement;
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
    opened(
      async (page) => {
        await booted(page);
        await page.locator("button", { hasText: "Attack" }).click();
        await expect.poll(() => page.locator("#rules li").count(), { timeout: 30_000 }).toBeGreaterThan(5);
        expect(await page.locator("#rules").innerText()).toContain("2.7.5.3");
      },
      { driver: "hostile", memory: "32" },
    ));

  test("plays a recording on the same map, and the cards beside it follow", () =>
    opened(
      async (page) => {
        await booted(page);
        await page.locator("label", { hasText: "Recording" }).click();
        await page.locator("#speed").selectOption("16");
        await page.locator("#trace").selectOption("inflate to 117 MiB");
        expect(await textOf(page, "#trace-figures", /120 of 120/)).toMatch(/holds 117\.2 MiB$/);
        expect(await cardsShown(page)).toEqual(["Guest memory", "Negotiation", "Over time", "Driver"]);
        expect(await pagesIn(page, "ballooned")).toBe(30_000);
        expect(await countsIn(page, "#counts")).toMatchObject({
          "Inflate batches": 118,
          "Pages given": 30_000,
        });
        expect(await page.locator("#chart-text").innerText()).toMatch(/^117\.2 MiB ballooned/);
        expect(await page.locator("#outcome").innerText()).toBe("Not in the recording");
        expect(await page.locator("#consequence").innerText()).toContain(
          "unlocks a page when the guest gives it",
        );
        expect(await page.locator("#actions").isVisible()).toBe(false);
        await expect.poll(() => shareOfMap(page, "ballooned")).toBeGreaterThan(0.4);
        await page.locator("#position").fill("10");
        const given = await pagesIn(page, "ballooned");
        expect(given).toBeLessThan(3000);
        expect(await countsIn(page, "#counts")).toMatchObject({
          "Inflate batches": 10,
          "Pages given": given,
          "Ballooned now": given,
          "Unlocked now, if the host pins memory": given,
          "Locked now, if the host pins memory": 65_536 - given,
        });
        expect(numbersIn(await page.locator("#chart-text").innerText())[0]).toBeCloseTo(
          given / FRAMES_PER_MIB,
          1,
        );
        expect(await page.locator("#play").innerText()).toBe("Play");
        await page.locator("label", { hasText: "Live guest" }).click();
        await expect.poll(() => pagesIn(page, "guest")).toBe(32 * FRAMES_PER_MIB);
        expect(await textOf(page, "#outcome", /Accepted/)).toBe("Accepted, lock policy on");
        expect(await page.locator("#chart-text").innerText()).toMatch(/^Now 0 MiB ballooned/);
        expect(await cardsShown(page)).toContain("Memory of the tab");
      },
      { memory: "32" },
    ));

  test("shows no card of the live guest beside a recording that cannot be loaded", () =>
    opened(async (page) => {
      await booted(page);
      await page.evaluate(() => {
        const { fetch } = globalThis;
        globalThis.fetch = () => {
          globalThis.fetch = fetch;
          return Promise.reject(new Error("no such recording"));
        };
      });
      await page.locator("label", { hasText: "Recording" }).click();
      await textOf(page, "#trace-figures", /no such recording/);
      const visibility = (): Promise<string[]> =>
        page.evaluate(() =>
          [".memory", ".outcome", ".driver-card", ".chart"].map(
            (card) => getComputedStyle(document.querySelector(card)!).visibility,
          ),
        );
      expect(await visibility()).toEqual(["visible", "hidden", "hidden", "hidden"]);
      await page.locator("label", { hasText: "Live guest" }).click();
      expect(await visibility()).not.toContain("hidden");
    }));

  test("works with the keyboard alone", () =>
    opened(async (page) => {
      const tabTo = async (selector: string): Promise<void> => {
        for (let i = 0; i < 40; i++) {
          await page.keyboard.press("Tab");
          const reached = page.locator(selector);
          if (await reached.evaluate((element) => element.matches(":focus-within, :focus"))) return;
        }
        throw new Error(`Tab does not reach ${selector}`);
      };
      await booted(page);
      await tabTo("#target-slider");
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
      await textOf(page, "#status", /has given 3 MiB/);
      await tabTo("#inflate");
      await page.keyboard.press("Enter");
      await textOf(page, "#status", /has given 11 MiB/);
      expect(await page.locator("#inflate").evaluate((button) => getComputedStyle(button).outlineWidth)).toBe(
        "3px",
      );
      await tabTo("#compact");
      await page.keyboard.press("Enter");
      await textOf(page, "#compact-result", /copied/);
      await tabTo("#device-class");
      await page.keyboard.press("ArrowUp");
      await booted(page);
      expect(await page.locator("#device-class").inputValue()).toBe("never");
      await tabTo("#terminal");
      await page.keyboard.type("report\n");
      await expect.poll(() => consoleText(page)).toContain("ballooned count=0");
      await tabTo("#source");
      await page.keyboard.press("ArrowRight");
      await textOf(page, "#play", /Pause|Play again/);
    }));

  test("has only links that lead somewhere", () =>
    opened(async (page) => {
      await booted(page);
      const links = await page.evaluate(() =>
        [...document.querySelectorAll("a")].map((link) => ({ text: link.innerText, url: link.href })),
      );
      expect(links.map(({ text }) => text)).toHaveLength(2);
      const answers = links
        .filter(({ url }) => url.startsWith("http://127.0.0.1"))
        .map(async ({ url }) => {
          const { ok, text } = await page.evaluate(async (at) => {
            const response = await fetch(at);
            return { ok: response.ok, text: await response.text() };
          }, url);
          expect(ok, url).toBe(true);
          expect(text).toMatch(/^# ballonet$|attachBalloon\(emulator/m);
        });
      await Promise.all(answers);
    }));
});
