import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordingHost } from "../../src/host/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { linux } from "./gate.ts";
import { bootBare, bootAndAttach, rescan, settle, until, vmstat, writeChecked } from "./machine.ts";
import type { LinuxMachine } from "./machine.ts";
import { virtioOf } from "../balloon/internals.ts";

const BOOT_MS = 240_000;
const LEGACY_FEATURES = [
  "WILL_TELL_HOST",
  "STATS_VQ",
  "DEFLATE_ON_OOM",
  "RING_INDIRECT_DESC",
  "RING_EVENT_IDX",
];
const VERSION_1 = 32;

/** The features as Linux shows them: one character for each bit, bit 0 first. */
async function features(machine: LinuxMachine): Promise<string> {
  return machine.guest.shell("cat /sys/bus/virtio/devices/virtio*/features");
}

describe.skipIf(!linux.available)(`Linux that insists on the legacy interface${linux.note}`, () => {
  let machine: LinuxMachine;
  let host: RecordingHost;

  beforeAll(async () => {
    const options: V86BalloonOptions = {
      transport: "transitional",
      silentDeflate: "never",
      deflateOnOom: true,
      host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
    };
    const guest = await bootBare();
    await guest.shell("rmmod virtio_pci && insmod /modules/virtio_pci.ko force_legacy=1");
    machine = { guest, balloon: attachBalloon(guest.emulator, options) };
    await rescan(guest);
    await writeChecked(machine.guest, "/tmp/data");
  }, BOOT_MS);
  afterAll(() => machine.guest.destroy());

  test("takes 32 features with WILL_TELL_HOST, so a device that must be told accepts it", async () => {
    const { accepted, outcome, needsReset } = machine.balloon.counters();
    expect(accepted).toEqual(LEGACY_FEATURES);
    expect(outcome).toMatchObject({ result: "accepted", lockPolicy: "on", promise: "tells-host" });
    expect(needsReset).toBe(false);
    const seen = await features(machine);
    expect([seen[0], seen[VERSION_1]]).toEqual(["1", "0"]);
    expect(virtioOf(machine.balloon.device).interface).toBe("legacy");
  });

  test("gives 20000 pages and takes 15000 back, and both sides and the host's locks agree", async () => {
    const before = (await vmstat(machine, "balloon_inflate")) - (await vmstat(machine, "balloon_deflate"));
    await settle(machine, 20_000);
    expect(host.lockedFrames).toBe(65_536 - 20_000);
    await settle(machine, 5000);
    expect(host.lockedFrames).toBe(65_536 - 5000);
    const given = (await vmstat(machine, "balloon_inflate")) - (await vmstat(machine, "balloon_deflate"));
    expect(given - before).toBe(5000);
    expect(machine.balloon.counters().faults).toEqual({});
    await machine.guest.shell("md5sum -c /tmp/data.md5");
  });

  test("answers GetStats again and again", async () => {
    for (let i = 0; i < 3; i++) {
      const stats = await new Promise<Record<string, number>>((resolve) => {
        machine.balloon.compat.GetStats(resolve);
      });
      expect(stats.MEMTOT).toBe((await machine.guest.memory()).MemTotal * 1024);
    }
  });

  test("goes on after save_state and restore_state in the middle of an inflate", async () => {
    await settle(machine, 0);
    machine.balloon.target = 30_000 * 4096;
    await until(() => machine.balloon.device.pages.count > 3000);
    const state = await machine.guest.save();
    expect(machine.balloon.device.pages.count).toBeLessThan(30_000);
    await settle(machine, 30_000);
    await machine.guest.restore(state);
    expect(machine.balloon.restoreRefusal).toBeUndefined();
    await settle(machine, 30_000);
    expect(host.lockedFrames).toBe(65_536 - 30_000);
    await settle(machine, 0);
    expect(machine.balloon.counters().accepted).toEqual(LEGACY_FEATURES);
    expect(machine.balloon.counters().faults).toEqual({});
    await machine.guest.shell("md5sum -c /tmp/data.md5");
  });

  test("comes back after its driver was unloaded", async () => {
    await settle(machine, 1000);
    await machine.guest.shell("rmmod virtio_balloon");
    expect(machine.balloon.counters()).toMatchObject({ balloonedFrames: 0, accepted: [] });
    await machine.guest.shell("insmod /modules/virtio_balloon.ko");
    await settle(machine, 1000);
    expect(machine.balloon.counters().accepted).toEqual(LEGACY_FEATURES);
  });
});

describe.skipIf(!linux.available)(`Linux with a free choice of interface${linux.note}`, () => {
  test.each([
    { transport: "transitional", interface: "modern" },
    { transport: "legacy", interface: "legacy" },
  ] as const)(
    "uses the $interface interface of a $transport device",
    async ({ transport, interface: expected }) => {
      const machine = await bootAndAttach({ transport });
      try {
        expect(virtioOf(machine.balloon.device).interface).toBe(expected);
        expect(machine.balloon.counters().accepted.includes("VERSION_1")).toBe(expected === "modern");
        expect((await features(machine))[VERSION_1]).toBe(expected === "modern" ? "1" : "0");
        await settle(machine, 5000);
        expect(machine.balloon.counters().faults).toEqual({});
      } finally {
        await machine.guest.destroy();
      }
    },
    BOOT_MS,
  );
});
