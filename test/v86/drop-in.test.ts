import { afterEach, describe, expect, test } from "vitest";
import { bootLinuxWith } from "../../src/cli/guest/linux-balloon.ts";
import { bootLinux } from "../../src/cli/guest/linux-guest.ts";
import type { LinuxGuest } from "../../src/cli/guest/linux-guest.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import { balloonOf } from "../guest/own-balloon.ts";
import { linux } from "../linux/gate.ts";
import { note, until } from "../linux/machine.ts";

const BOOT_MS = 240_000;
const MIB = 2 ** 20;

/** Without zeroing by the guest itself, so that a smaller state is the device's work. */
const MACHINE = { memoryBytes: 200 * MIB, cmdlineExtra: "init_on_alloc=0" };

/** The same machine with one device or the other, in the same place. */
const DEVICES: Readonly<Record<string, () => Promise<LinuxGuest>>> = {
  "v86's own balloon": () => {
    const v86 = { virtio_balloon: true };
    return bootLinux({ ...MACHINE, v86, cacheKey: "drop-in own", prepare: () => undefined });
  },
  "this package's": async () => {
    const options = { ...MACHINE, cacheKey: "drop-in ours" };
    return (await bootLinuxWith((emulator) => ({ balloon: attachBalloon(emulator) }), options)).guest;
  },
};

let guest: LinuxGuest | undefined;
afterEach(() => guest?.destroy());

/** The steps of v86's own test of its balloon, and what it expects of them. */
describe.skipIf(!linux.available).each(Object.keys(DEVICES))(
  `v86's test of a balloon, with %s${linux.note}`,
  (name) => {
    test(
      "statistics, cleaning up free memory, 30000 pages, and back",
      async () => {
        guest = await DEVICES[name]!();
        const balloon = balloonOf(guest.emulator);
        await guest.shell(
          "head -c 8388608 /dev/urandom > /tmp/file; for i in $(seq 7); do cp /tmp/file /tmp/$i; done",
        );
        await guest.shell("rm /tmp/*; echo 3 > /proc/sys/vm/drop_caches");
        const before = (await guest.save()).byteLength;

        const stats = await new Promise<Record<string, number>>((resolve) => {
          balloon.GetStats(resolve);
        });
        expect(stats.MEMTOT).toBe((await guest.memory()).MemTotal * 1024);
        const zeroed = await new Promise<number>((resolve) => {
          balloon.Cleanup(resolve);
        });
        expect(zeroed).toBeGreaterThan(64 * MIB);
        await guest.shell("sleep 1");
        const after = (await guest.save()).byteLength;
        note(
          `${name}: Cleanup saved ${Math.round((before - after) / MIB)} of ${Math.round(before / MIB)} MiB`,
        );
        expect(before - after).toBeGreaterThan(50 * MIB);

        const { MemFree } = await guest.memory();
        balloon.Inflate(30_000);
        await until(() => balloon.actual === 30_000);
        expect(balloon.num_pages).toBe(30_000);
        expect(MemFree - (await guest.memory()).MemFree).toBeGreaterThan(100_000);
        balloon.Deflate(30_000);
        await until(() => balloon.actual === 0);
        expect((await guest.memory()).MemFree).toBeGreaterThan(0.9 * MemFree);
      },
      BOOT_MS,
    );
  },
);
