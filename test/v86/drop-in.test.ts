import { afterEach, describe, expect, test } from "vitest";
import type { LinuxGuest } from "../../rig/linux/guest.ts";
import { balloonOf } from "../guest/own-balloon.ts";
import { linux } from "../linux/gate.ts";
import { bootAndAttach, bootWithOwnBalloon, note, NOT_ZEROED, until, writeRandom } from "../linux/machine.ts";

const BOOT_MS = 240_000;
const MIB = 2 ** 20;

/** The same machine with one device or the other, in the same place. */
const DEVICES: Readonly<Record<string, () => Promise<LinuxGuest>>> = {
  "v86's own balloon": bootWithOwnBalloon,
  "this package's": async () => (await bootAndAttach({}, NOT_ZEROED)).guest,
};

let guest: LinuxGuest | undefined;
afterEach(() => guest?.destroy());

/** The steps of v86's own test of its balloon, and what it expects of them. */
describe.skipIf(!linux.available).each(Object.keys(DEVICES))(
  `v86's test of a balloon, with %s,${linux.note}`,
  (name) => {
    test(
      "passes: statistics, cleaning up free memory, 30000 pages, and back",
      async () => {
        guest = await DEVICES[name]!();
        const balloon = balloonOf(guest.emulator);
        await writeRandom(guest, "/tmp/file", 64);
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
        // With either device it is 48 to 60: the guest hints blocks of 4 MiB, and those that are not whole it keeps.
        expect(before - after).toBeGreaterThan(40 * MIB);

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
