import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer } from "../../src/balance/index.ts";
import { bootReclaimMachine } from "../../rig/reclaim/machine.ts";
import type { ReclaimMachine } from "../../rig/reclaim/machine.ts";
import { linux } from "../linux/gate.ts";
import { until, writeRandom } from "../linux/machine.ts";
import { calls } from "../node/gate.ts";

const MIB = 2 ** 20;
const FRAME_BYTES = 4096;
const GUEST_BYTES = 128 * MIB;
const BUDGET = 240 * MIB;
const INTERVAL_MS = 200;

describe.skipIf(!linux.available || !calls.available)(
  `three Linux guests of 128 MiB in one process, with 240 MiB${linux.note}${calls.note}`,
  () => {
    const guests: ReclaimMachine[] = [];
    let balancer: Balancer;

    beforeAll(async () => {
      for (let i = 0; i < 3; i++) guests.push(await bootReclaimMachine(GUEST_BYTES, () => undefined));
      for (const { host } of guests) host.trim();
      balancer = createBalancer({ budgetBytes: BUDGET, intervalMs: INTERVAL_MS });
      for (const { balloon } of guests) balancer.add(balloon.device);
    }, 240_000);

    afterAll(async () => {
      balancer.dispose();
      for (const { guest } of guests) await guest.destroy();
    });

    const targets = (): number[] => guests.map(({ balloon }) => balloon.target);
    /** Guest memory that is not in balloons, in bytes. */
    const used = (): number => guests.reduce((sum, { balloon }) => sum + GUEST_BYTES - balloon.ballooned, 0);
    /** Guest memory that is resident in this process, in bytes. */
    const resident = (): number =>
      guests.reduce((sum, { host }) => sum + host.residentFrames * FRAME_BYTES, 0);
    /** Resolves once the guest has what the balancer leaves every guest at least, give or take what it counts late. */
    const enoughFor = async ({ guest }: ReclaimMachine): Promise<void> => {
      const least = (GUEST_BYTES / 16 / 1024) * 0.9;
      for (let i = 0; (await guest.memory()).MemAvailable < least; i++) {
        if (i === 100) throw new Error(`the guest has less than ${least} KiB available for long`);
        await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
      }
    };
    const rest = (): Promise<void> => until(() => Math.max(used(), balancer.committedBytes) <= BUDGET);

    test("come under the budget and then stay as they are", async () => {
      await rest();
      const before = targets();
      await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL_MS));
      expect(targets()).toEqual(before);
    });

    test.each([0, 1, 2])(
      "make room when guest %i writes 48 MiB",
      async (index) => {
        const worker = guests[index]!;
        await worker.guest.shell("mount -o remount,size=95% /tmp");
        await writeRandom(worker.guest, "/tmp/seed", 4);
        await worker.guest.shell("for i in $(seq 12); do cp /tmp/seed /tmp/copy.$i || exit 1; done");
        await enoughFor(worker);
        await rest();
        expect(resident()).toBeLessThanOrEqual(BUDGET);
        const sums = await worker.guest.shell("md5sum /tmp/seed /tmp/copy.* | cut -d ' ' -f 1 | uniq -c");
        expect(sums).toMatch(/^13 [0-9a-f]{32}$/);
        await worker.guest.shell("rm /tmp/seed /tmp/copy.*");
      },
      120_000,
    );

    test("do not run out of memory: no guest kills a process", async () => {
      for (const machine of guests) {
        expect(await machine.guest.shell("grep '^oom_kill ' /proc/vmstat")).toBe("oom_kill 0");
        expect(machine.balloon.counters().faults).toEqual({});
      }
    });
  },
);
