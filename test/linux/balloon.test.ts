import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootLinuxWith } from "../../rig/linux/balloon.ts";
import type { FreePagesEvent } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { LockFailureAction } from "../../src/lock/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { linux } from "./gate.ts";
import { bootBare, bootAndAttach, note, rescan, settle, until, vmstat, writeChecked } from "./machine.ts";
import type { LinuxMachine } from "./machine.ts";

const BOOT_MS = 240_000;

describe.skipIf(!linux.available)(`Linux on a pinned host${linux.note}`, () => {
  let machine: LinuxMachine;
  let host: RecordingHost;
  let action: LockFailureAction = "degrade";

  beforeAll(async () => {
    // The kernel finds the balloon when it boots, as it does in all guests but those of bootAndAttach.
    const options: V86BalloonOptions = {
      deflateOnOom: true,
      onLockFailure: () => action,
      host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
    };
    machine = await bootLinuxWith((emulator) => ({ balloon: attachBalloon(emulator, options) }), {
      cacheKey: "test pinned",
    });
    await writeChecked(machine.guest, "/tmp/data");
  }, BOOT_MS);
  afterAll(() => machine.guest.destroy());

  test("takes WILL_TELL_HOST, so its memory is unlocked and locked again", async () => {
    const { accepted, outcome } = machine.balloon.counters();
    note(`features: ${await machine.guest.shell("cat /sys/bus/virtio/devices/virtio*/features")}`);
    expect(accepted).toEqual([
      "WILL_TELL_HOST",
      "STATS_VQ",
      "DEFLATE_ON_OOM",
      "RING_INDIRECT_DESC",
      "RING_EVENT_IDX",
      "VERSION_1",
      "RING_RESET",
    ]);
    expect(outcome?.lockPolicy).toBe("on");
  });

  test("gives 20000 pages and takes 15000 back, and both sides and the host's locks agree", async () => {
    const before = (await vmstat(machine, "balloon_inflate")) - (await vmstat(machine, "balloon_deflate"));
    const { MemFree } = await machine.guest.memory();
    await settle(machine, 20_000);
    expect(host.lockedFrames).toBe(65_536 - 20_000);
    expect(MemFree - (await machine.guest.memory()).MemFree).toBeGreaterThan(70_000);
    await settle(machine, 5000);
    expect(host.lockedFrames).toBe(65_536 - 5000);
    const given = (await vmstat(machine, "balloon_inflate")) - (await vmstat(machine, "balloon_deflate"));
    expect(given - before).toBe(5000);
    expect(machine.balloon.counters().faults).toEqual({});
    await machine.guest.shell("md5sum -c /tmp/data.md5");
  });

  test("takes pages back by itself when it runs out of memory, and tells the host", async () => {
    await settle(machine, 40_000);
    await machine.guest.shell("dd if=/dev/zero of=/tmp/fill bs=1M count=100 2>/dev/null", 60_000);
    const {
      balloonedFrames: ballooned,
      actualFrames: actual,
      targetFrames: target,
      faults,
    } = machine.balloon.counters();
    note(`OOM deflate: ${40_000 - ballooned} of 40000 pages taken back for 100 MB of files`);
    expect(ballooned).toBeLessThan(40_000);
    expect(actual).toBe(ballooned);
    expect(target).toBe(40_000);
    expect(faults).toEqual({});
    expect(host.lockedFrames).toBe(65_536 - ballooned);
    await machine.guest.shell("rm /tmp/fill && md5sum -c /tmp/data.md5");
  });

  test("goes on with degrade when pages cannot be locked; they are locked later", async () => {
    const { balloon, guest } = machine;
    await settle(machine, 20_000);
    const { MemFree } = await guest.memory();
    host.lockLimit = host.lockedFrames;
    await settle(machine, 0);
    expect(balloon.counters().owedFrames).toBe(20_000);
    expect((await guest.memory()).MemFree - MemFree).toBeGreaterThan(70_000);
    host.lockLimit = Infinity;
    while (balloon.device.retryLocks() > 0);
    expect(host.lockedFrames).toBe(65_536);
  });

  test("uses no page whose acknowledgement is withheld, and all of them once it comes", async () => {
    const { balloon, guest } = machine;
    await settle(machine, 20_000);
    const { MemFree } = await guest.memory();
    action = "withhold";
    host.lockLimit = host.lockedFrames;
    balloon.target = 0;
    await until(() => balloon.counters().withheld);
    expect((await guest.memory()).MemFree - MemFree).toBeLessThan(4000);
    host.lockLimit = Infinity;
    await until(() => balloon.actual === 0);
    expect((await guest.memory()).MemFree - MemFree).toBeGreaterThan(70_000);
    expect(host.lockedFrames).toBe(65_536);
  });

  test("empties the balloon before it unloads the driver", async () => {
    await settle(machine, 10_000);
    const started = performance.now();
    await machine.guest.shell("rmmod virtio_balloon");
    note(`rmmod with 10000 pages ballooned: ${Math.round(performance.now() - started)} ms`);
    const { balloonedFrames: ballooned, accepted, faults } = machine.balloon.counters();
    expect({ ballooned, accepted, faults }).toEqual({ ballooned: 0, accepted: [], faults: {} });
    expect(host.lockedFrames).toBe(65_536);
    await machine.guest.shell(
      "insmod $(find /lib/modules /modules -name 'virtio_balloon.ko*' 2>/dev/null | head -n 1)",
    );
    await settle(machine, 10_000);
  });

  test("goes on after save_state and restore_state in the middle of an inflate", async () => {
    await settle(machine, 0);
    machine.balloon.target = 30_000 * 4096;
    await until(() => machine.balloon.device.pages.count > 3000);
    const state = await machine.guest.save();
    const saved = machine.balloon.device.pages.count;
    expect(saved).toBeLessThan(30_000);
    await settle(machine, 30_000);
    await machine.guest.restore(state);
    expect(machine.balloon.restoreRefusal).toBeUndefined();
    await settle(machine, 30_000);
    expect(host.lockedFrames).toBe(65_536 - 30_000);
    await settle(machine, 0);
    expect(machine.balloon.counters().faults).toEqual({});
    await machine.guest.shell("md5sum -c /tmp/data.md5");
  });
});

describe.skipIf(!linux.available)(`Linux with every feature${linux.note}`, () => {
  let machine: LinuxMachine;

  beforeAll(async () => {
    machine = await bootAndAttach({ freePageReporting: true, deflateOnOom: true });
  }, BOOT_MS);
  afterAll(() => machine.guest.destroy());

  test.each([
    { order: 10, smallest: 1024 },
    { order: 4, smallest: 16 },
    { order: 0, smallest: 1 },
  ])(
    "reports its free memory at order $order, in ranges of at least $smallest frames",
    async ({ order, smallest }) => {
      const reports: FreePagesEvent[] = [];
      const stop = machine.balloon.device.on("report", (pages) => reports.push(pages));
      await machine.guest.shell(`echo ${order} > /sys/module/page_reporting/parameters/page_reporting_order`);
      await machine.guest.shell(
        "dd if=/dev/zero of=/tmp/fill bs=1M count=64 2>/dev/null; rm /tmp/fill; sleep 4",
      );
      stop();
      const frames = reports.reduce((sum, report) => sum + report.frames, 0);
      const ranges = reports.reduce((sum, report) => sum + report.ranges, 0);
      console.info(
        `reporting at order ${order}: ${reports.length} chains, ${ranges} ranges, ${frames} frames`,
      );
      expect(frames).toBeGreaterThan(1024);
      expect(frames).toBeGreaterThanOrEqual(ranges * smallest);
      expect(Math.max(...reports.map((report) => report.ranges))).toBeLessThanOrEqual(32);
      expect(machine.balloon.counters().faults).toEqual({});
    },
  );

  test("answers GetStats again and again", async () => {
    for (let i = 0; i < 3; i++) {
      const stats = await new Promise<Record<string, number>>((resolve) => {
        machine.balloon.compat.GetStats(resolve);
      });
      note(`statistics: ${Object.keys(stats).length} tags, MEMFREE ${stats.MEMFREE! / 1024} kB`);
      expect(stats.MEMTOT).toBe((await machine.guest.memory()).MemTotal * 1024);
    }
  });

  test("hints all its free pages when asked, and gets them back", async () => {
    const { MemFree } = await machine.guest.memory();
    const bytes = await new Promise<number>((resolve) => {
      machine.balloon.compat.Cleanup(resolve);
    });
    note(`hinting: ${bytes / 4096} pages of ${Math.floor(MemFree / 4)} free`);
    expect(bytes).toBeGreaterThan(0.7 * MemFree * 1024);
    await machine.guest.shell("sleep 1");
    expect((await machine.guest.memory()).MemFree).toBeGreaterThan(0.9 * MemFree);
    expect(machine.balloon.counters().faults).toEqual({});
  });

  test.each([
    ["in the middle of a run", "hint", "running"],
    ["before it saw DONE", "hint-done", "idle"],
  ] as const)("has its hinted pages again after a save %s", async (_, event, phase) => {
    const { balloon, guest } = machine;
    const { MemFree } = await guest.memory();
    const state = await saveAfter(event);
    expect(balloon.device.state().hint.phase).toBe(phase);
    await guest.emulator.restore_state(state);
    expect(balloon.device.state().hint.phase).toBe("idle");
    // Not a sleep in the guest: v86 sets its clock back, and timers there stop for a while, whatever devices it has.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await guest.memory()).MemFree).toBeGreaterThan(0.9 * MemFree);
    expect(balloon.counters().broken).toEqual([]);
  });

  /** Hints until the first `event`, and saves as soon as the guest's current time slice is over. */
  function saveAfter(event: "hint" | "hint-done"): Promise<ArrayBuffer> {
    const { balloon, guest } = machine;
    return new Promise((resolve) => {
      const stop = balloon.device.on(event, () => {
        stop();
        setImmediate(() => {
          resolve(guest.save());
        });
      });
      balloon.compat.Cleanup(() => undefined);
    });
  }
});

test.skipIf(!linux.available)(
  `Linux finds a device attached while it runs, after a rescan of the bus${linux.note}`,
  async () => {
    const guest = await bootBare();
    try {
      const machine = { guest, balloon: attachBalloon(guest.emulator) };
      expect(machine.balloon.counters().outcome).toBeUndefined();
      await rescan(guest);
      await settle(machine, 3000);
      expect(machine.balloon.counters().accepted).toContain("WILL_TELL_HOST");
    } finally {
      await guest.destroy();
    }
  },
  BOOT_MS,
);
