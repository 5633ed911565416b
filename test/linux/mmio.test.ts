import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSnapshot, encodeSnapshot } from "../../src/balloon/index.ts";
import { settle as settleDevice } from "../../src/guest/settle.ts";
import { linux } from "./gate.ts";
import { bootWithMmio, until, writeChecked } from "./machine.ts";
import type { MmioMachine } from "./machine.ts";

const BOOT_MS = 240_000;
const SETTLE_MS = 50_000;
const OPTIONS = { stats: true, deflateOnOom: true, freePageHint: true, freePageReporting: true };

async function settle({ balloon }: MmioMachine, frames: number): Promise<void> {
  await settleDevice(balloon, frames, undefined, SETTLE_MS);
}

async function given({ guest }: MmioMachine): Promise<number> {
  const text = await guest.shell("grep -E '^balloon_(inflate|deflate) ' /proc/vmstat");
  const [inflated, deflated] = text.split("\n").map((line) => Number(line.split(" ")[1]));
  return inflated! - deflated!;
}

describe.skipIf(!linux.available).each([2, 1] as const)(
  `Linux over virtio-mmio of version %i${linux.note}`,
  (version) => {
    let machine: MmioMachine;
    let before: number;

    beforeAll(async () => {
      machine = await bootWithMmio({ ...OPTIONS, version });
      before = await given(machine);
      await writeChecked(machine.guest, "/tmp/data");
    }, BOOT_MS);
    afterAll(() => machine.guest.destroy());

    test("finds the device in ACPI, and its features are those of the version", async () => {
      const device = await machine.guest.shell("readlink -f /sys/bus/virtio/devices/virtio0");
      expect(device).toContain("LNRO0005:00");
      const { accepted, outcome } = machine.balloon.counters();
      expect(accepted.includes("VERSION_1")).toBe(version === 2);
      // FREE_PAGE_HINT and REPORTING are below bit 32.
      expect(accepted).toContain("FREE_PAGE_HINT");
      expect(outcome).toMatchObject({ result: "accepted", lockPolicy: "on" });
    });

    test("gives 20000 pages and takes 15000 back, and both sides agree", async () => {
      await settle(machine, 20_000);
      expect((await given(machine)) - before).toBe(20_000);
      await settle(machine, 5000);
      expect((await given(machine)) - before).toBe(5000);
      expect(machine.balloon.pages.count).toBe(5000);
    });

    test("sends statistics when it is asked, again and again", async () => {
      for (let i = 0; i < 2; i++) {
        const stats = await new Promise<Readonly<Record<string, bigint>>>((resolve) => {
          const off = machine.balloon.on("stats", (value) => {
            off();
            resolve(value);
          });
          void until(() => machine.balloon.requestStats());
        });
        expect(Number(stats.MEMTOT)).toBe((await machine.guest.memory()).MemTotal * 1024);
      }
    });

    test("hints its free memory, and reports what it frees", async () => {
      let hinted = 0;
      machine.balloon.on("hint-done", (frames) => (hinted = frames));
      expect(machine.balloon.requestFreePages()).toBe(true);
      await until(() => hinted > 10_000);
      let reported = 0;
      machine.balloon.on("report", ({ frames }) => (reported += frames));
      await machine.guest.shell("dd if=/dev/zero of=/tmp/x bs=1M count=32 2>/dev/null; rm /tmp/x");
      await until(() => reported > 4000);
      await machine.guest.shell("md5sum -c /tmp/data.md5");
    });

    test("goes on in another machine that was restored from a save in the middle of an inflate", async () => {
      const { guest, balloon, registers } = machine;
      await settle(machine, 0);
      balloon.target = 30_000 * 4096;
      await until(() => balloon.pages.count > 3000);
      // v86 saves before it returns, so all three are of the same moment.
      const saving = guest.save();
      const [bytes, selection] = [encodeSnapshot(balloon.state()), JSON.stringify(registers.selection)];
      const inBalloon = balloon.pages.count;
      expect(inBalloon).toBeLessThan(30_000);
      const state = await saving;

      const other = await bootWithMmio({ ...OPTIONS, version }, {}, false);
      try {
        await other.guest.emulator.stop();
        await other.guest.restore(state);
        expect(other.balloon.restore(decodeSnapshot(bytes))).toBeUndefined();
        other.registers.selection = JSON.parse(selection) as typeof registers.selection;
        expect(other.balloon.pages.count).toBe(inBalloon);
        await other.guest.emulator.run();
        await settle(other, 30_000);
        expect((await given(other)) - before).toBe(30_000);
        await settle(other, 100);
        await other.guest.shell("md5sum -c /tmp/data.md5");
        expect(other.balloon.counters()).toMatchObject({
          balloonedFrames: 100,
          faults: {},
          needsReset: false,
        });
      } finally {
        await other.guest.destroy();
      }
    }, 120_000);

    test("gives all pages back when its driver is unloaded, and loads it again", async () => {
      await settle(machine, 3000);
      await machine.guest.shell("rmmod virtio_balloon");
      expect(machine.balloon.counters()).toMatchObject({ balloonedFrames: 0, accepted: [] });
      expect((await given(machine)) - before).toBe(0);
      machine.balloon.target = 0;
      await machine.guest.shell("insmod /modules/virtio_balloon.ko");
      await settle(machine, 1000);
      await settle(machine, 0);
      expect(machine.balloon.counters()).toMatchObject({ faults: {}, needsReset: false });
      expect(await machine.guest.shell("dmesg | grep -cE 'BUG:|WARNING:|Oops' || true")).toBe("0");
      await machine.guest.shell("md5sum -c /tmp/data.md5");
    });
  },
);
