import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DemoPage } from "../../rig/browser/demo-page.ts";
import { buildInitrd } from "../../rig/linux/initrd.ts";
import { linuxFiles } from "../../rig/linux/files.ts";
import { linux } from "../linux/gate.ts";
import { browser } from "../packed/harness/browser.ts";
import { booted, consoleText, textOf } from "./reading.ts";

const BOOT_MS = 240_000;

describe.skipIf(!browser.available)(`Linux in the demo page${browser.note}`, () => {
  let served: DemoPage;

  beforeAll(async () => {
    served = await DemoPage.start();
  });

  afterAll(() => served.stop());

  test("is missing: the page says which files to put where, and the guest goes on", async () => {
    const { page, errors } = await served.open();
    await booted(page);
    await page.locator("#target-slider").fill("8");
    await page.locator("#driver").selectOption("linux");
    expect(await textOf(page, "#linux-note", /./)).toBe(
      "To boot Linux, put vmlinuz, initrd.gz, and bios.bin into the folder “linux” beside this page.",
    );
    expect(await page.locator("#driver").inputValue()).toBe("polite");
    expect(await page.locator("#memory").inputValue()).toBe("64");
    await textOf(page, "#status", /has given 8 MiB/);
    await page.locator("#driver").selectOption("silent");
    await booted(page);
    expect(await page.locator("#linux-note").innerText()).toBe("");
    expect(errors.filter((error) => !error.includes("404"))).toEqual([]);
    await page.close();
  });

  test.skipIf(!linux.available)(
    `boots from files put into the built page's folder${linux.note}`,
    { timeout: 2 * BOOT_MS },
    async () => {
      const folder = join(served.folder, "linux");
      const files = await linuxFiles();
      mkdirSync(folder, { recursive: true });
      cpSync(files.kernel, join(folder, "vmlinuz"));
      cpSync(files.bios, join(folder, "bios.bin"));
      writeFileSync(join(folder, "initrd.gz"), await buildInitrd(files));
      const { page, errors } = await served.open();
      await booted(page);
      await page.locator("#driver").selectOption("linux");
      await textOf(page, "#status", /Linux is booting/);
      await textOf(page, "#status", /all its memory/, BOOT_MS);
      expect(await page.locator("#outcome").innerText()).toBe("Accepted, lock policy on");
      await page.locator("#target-slider").fill("64");
      await textOf(page, "#status", /has given 64 MiB/);
      await expect.poll(() => consoleText(page)).toContain("ready");
      await page.locator("#terminal textarea").evaluate((keys) => {
        (keys as HTMLElement).focus();
      });
      await page.keyboard.type("grep balloon_inflate /proc/vmstat\n");
      await expect.poll(() => consoleText(page), { timeout: 30_000 }).toContain("balloon_inflate 16384");
      expect(errors).toEqual([]);
      await page.close();
    },
  );
});
