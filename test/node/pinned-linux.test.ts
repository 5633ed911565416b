import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootLinuxWith } from "../../rig/linux/balloon.ts";
import type { LinuxGuest } from "../../rig/linux/guest.ts";
import { LockMap } from "../../src/node/lock-map.ts";
import { reclaimingHost } from "../../src/node/index.ts";
import type { NodeHost } from "../../src/node/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon } from "../../src/v86/index.ts";
import { linux } from "../linux/gate.ts";
import { note, settle, until, writeChecked } from "../linux/machine.ts";
import { privileged } from "./gate.ts";
import { lockedByKernel } from "./process-status.ts";

const FRAMES = 65_536;

describe.skipIf(!linux.available || !privileged.available)(
  `Linux in memory that is really locked${linux.note}${privileged.note}`,
  () => {
    let machine: { guest: LinuxGuest; balloon: V86Balloon };
    let host: NodeHost;
    const before = lockedByKernel();
    const locked = (): number[] => [lockedByKernel() - before, host.lockedFrames];

    beforeAll(async () => {
      machine = await bootLinuxWith(
        (emulator) => {
          host = reclaimingHost(emulator, { lock: true });
          return { balloon: attachBalloon(emulator, { deflateOnOom: true, host }) };
        },
        // The same machine as in another test, as far as the guest can tell.
        { cacheKey: "test pinned" },
      );
      await writeChecked(machine.guest, "/tmp/data");
    }, 240_000);
    afterAll(async () => {
      host.dispose();
      await machine.guest.destroy();
    });

    test("has what it gives unlocked and dropped, and what it takes back locked, by the kernel's count", async () => {
      expect(locked()).toEqual([FRAMES, FRAMES]);
      await settle(machine, 40_000);
      expect(locked()).toEqual([FRAMES - 40_000, FRAMES - 40_000]);
      expect(host.residentFrames).toBeLessThanOrEqual(FRAMES - 40_000);
      note(`40000 pages in the balloon make ${LockMap.borders} borders`);
      expect(LockMap.borders).toBeLessThan(1000);
      await settle(machine, 10_000);
      expect(locked()).toEqual([FRAMES - 10_000, FRAMES - 10_000]);
      expect(machine.balloon.counters()).toMatchObject({ owedFrames: 0, keptLockedFrames: 0, faults: {} });
      await machine.guest.shell("md5sum -c /tmp/data.md5");
    });

    test("also when it takes pages by itself, and when it is saved and restored", async () => {
      const { balloon, guest } = machine;
      await settle(machine, 40_000);
      await machine.guest.shell("dd if=/dev/zero of=/tmp/fill bs=1M count=100 2>/dev/null", 60_000);
      const { balloonedFrames: ballooned } = balloon.counters();
      expect(ballooned).toBeLessThan(40_000);
      expect(locked()).toEqual([FRAMES - ballooned, FRAMES - ballooned]);
      await guest.restore(await guest.save());
      await until(() => balloon.device.pages.count === ballooned);
      expect(locked()).toEqual([FRAMES - ballooned, FRAMES - ballooned]);
      await machine.guest.shell("rm /tmp/fill && md5sum -c /tmp/data.md5");
      await settle(machine, 0);
      expect(locked()).toEqual([FRAMES, FRAMES]);
    });
  },
);
