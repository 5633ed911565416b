import { afterEach, describe, expect, test } from "vitest";
import type { FreePagesEvent } from "../../src/balloon/index.ts";
import { linux } from "./gate.ts";
import { bootAndAttach, note, settle, writeRandom } from "./machine.ts";
import type { LinuxMachine } from "./machine.ts";

let machine: LinuxMachine;
afterEach(() => machine.guest.destroy());

/** Uses and frees memory again and again, with the balloon going up and down, and looks for damage. */
async function stress(): Promise<{ reported: number; corruptions: number }> {
  const reports: FreePagesEvent[] = [];
  machine.balloon.device.on("report", (pages) => reports.push(pages));
  for (let i = 0; i < 2; i++) {
    await writeRandom(machine.guest, "/tmp/a", 32);
    await machine.guest.shell(
      "md5sum /tmp/a | sed s/a$/b/ > /tmp/sum && cp /tmp/a /tmp/b && md5sum -c /tmp/sum",
      60_000,
    );
    await settle(machine, 10_000);
    await machine.guest.shell("rm /tmp/a /tmp/b; sleep 3");
    await settle(machine, 100);
  }
  const corruptions = await machine.guest.shell("dmesg | grep -c 'memory corruption' || true");
  return { reported: reports.reduce((sum, { frames }) => sum + frames, 0), corruptions: Number(corruptions) };
}

describe.skipIf(!linux.available)(`Linux that expects a value in its free pages${linux.note}`, () => {
  test.each([
    ["init_on_free=1", 0],
    ["page_poison=1", 0xaaaaaaaa],
  ])(
    "%s: it takes PAGE_POISON, reports pages, and finds no page damaged",
    { timeout: 300_000 },
    async (cmdline, poison) => {
      // There is no statistics queue, so reporting is queue 2 in Linux's numbering, 4 in the specification's.
      const options = {
        freePageReporting: true,
        poisonedPages: "fill",
        stats: false,
        freePageHint: false,
      } as const;
      machine = await bootAndAttach(options, { cmdlineExtra: cmdline });
      const { accepted } = machine.balloon.counters();
      expect(accepted).toEqual(expect.arrayContaining(["PAGE_POISON", "PAGE_REPORTING"]));
      expect(machine.balloon.device.state().poison).toBe(poison);
      const { reported, corruptions } = await stress();
      note(`${cmdline}: ${reported} frames reported, ${corruptions} corruption reports by the guest`);
      expect(reported).toBeGreaterThan(10_000);
      expect(corruptions).toBe(0);
      const { faults, broken, needsReset } = machine.balloon.counters();
      expect({ faults, broken, needsReset }).toEqual({ faults: {}, broken: [], needsReset: false });
    },
  );
});
