import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import type { LinuxGuest } from "../../rig/linux/guest.ts";
import type { MemoryUse } from "../../rig/reclaim/memory.ts";
import { reclaimingHost } from "../../src/node/index.ts";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { balloonOf } from "../guest/own-balloon.ts";
import { linux } from "../linux/gate.ts";
import {
  bootAndAttach,
  bootBare,
  bootWithOwnBalloon,
  note,
  NOT_ZEROED,
  settle,
  until,
  writeRandom,
} from "../linux/machine.ts";
import type { LinuxMachine } from "../linux/machine.ts";
import { calls } from "./gate.ts";

const BOOT_MS = 240_000;
const MIB = 2 ** 20;
const INFLATED = 50_000;
const QUIET_MS = 500;

interface Scanner {
  is_memory_zeroed(address: number, bytes: number): boolean;
}

interface Trimmed {
  readonly before: MemoryUse;
  readonly after: MemoryUse;
  readonly frames: number;
  readonly ms: number;
  /** Runs a command in the guest; returns its exit code. */
  readonly code: number;
}

let guest: LinuxGuest | undefined;
afterEach(() => guest?.destroy());

/** Fills 144 MiB with random data and frees them. */
async function dirty(running: LinuxGuest): Promise<void> {
  await fill(running);
  await running.shell("rm /tmp/data");
}

async function fill(running: LinuxGuest): Promise<void> {
  await running.shell("mount -o remount,size=95% /tmp");
  await writeRandom(running, "/tmp/data", 151);
}

/** Size of the saved state in MiB, and the shortest of three times to save it in ms. */
async function save(running: LinuxGuest): Promise<{ size: number; time: number }> {
  let size = 0;
  let time = Infinity;
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    size = (await running.save()).byteLength / MIB;
    time = Math.min(time, performance.now() - started);
  }
  note(`state of ${size.toFixed(1)} MiB, saved in ${time.toFixed(0)} ms`);
  return { size, time };
}

describe.skipIf(!linux.available)(`the saved state of a guest that has freed 144 MiB${linux.note}`, () => {
  let own: { size: number; time: number };

  test(
    "contains all of them with v86's own balloon, inflated or not",
    async () => {
      guest = await bootWithOwnBalloon();
      await dirty(guest);
      const balloon = balloonOf(guest.emulator);
      balloon.Inflate(INFLATED);
      await until(() => balloon.actual === INFLATED);
      own = await save(guest);
      expect(own.size).toBeGreaterThan(180);
    },
    BOOT_MS,
  );

  async function expectSmall(options: (running: LinuxGuest) => V86BalloonOptions): Promise<void> {
    const machine = await bootAndAttach(options, NOT_ZEROED);
    ({ guest } = machine);
    await dirty(machine.guest);
    await settle(machine, INFLATED);
    await expectSaved(machine);
    note(`v86 looks for what is not zero in the balloon for ${scanTime(machine).toFixed(0)} ms of that`);
  }

  /** What v86 could save if it asked the page set instead, in ms. */
  function scanTime({ guest: { emulator }, balloon }: LinuxMachine): number {
    const { cpu } = (emulator as unknown as { v86: { cpu: Scanner } }).v86;
    const started = performance.now();
    balloon.device.pages.forEachRun((first, frames) => {
      for (let frame = first; frame < first + frames; frame++) cpu.is_memory_zeroed(frame * 4096, 4096);
    });
    return performance.now() - started;
  }

  async function expectSaved(machine: LinuxMachine): Promise<void> {
    const { size, time } = await save(machine.guest);
    expect(size).toBeLessThan(45);
    expect(time).toBeLessThan(own.time);
  }

  test(
    "contains none of the ballooned pages that were zeroed, and is saved no slower",
    () => expectSmall(() => ({})),
    BOOT_MS,
  );

  test.skipIf(!calls.available)(
    `contains none of the ballooned pages that were given back, and is saved no slower${calls.note}`,
    () => expectSmall(({ emulator }) => ({ host: reclaimingHost(emulator) })),
    BOOT_MS,
  );

  test(
    "contains none of the reported pages, and is saved no slower",
    async () => {
      const machine = await bootAndAttach({ freePageReporting: true }, NOT_ZEROED);
      ({ guest } = machine);
      let reported = 0;
      let last = 0;
      machine.balloon.device.on("report", ({ frames }) => {
        reported += frames;
        last = performance.now();
      });
      await machine.guest.shell("echo 4 > /sys/module/page_reporting/parameters/page_reporting_order");
      await fill(machine.guest);
      // It has reported before, and reports again what it frees.
      reported = 0;
      await machine.guest.shell("rm /tmp/data");
      // The guest reports in several batches.
      await until(() => reported > 30_000 && performance.now() - last > QUIET_MS);
      await expectSaved(machine);
    },
    BOOT_MS,
  );
});

test.skipIf(!linux.available || !calls.available)(
  `a restored guest is trimmed: most of what the restore wrote leaves the process${linux.note}${calls.note}`,
  async () => {
    // So that the child restores a guest instead of booting one.
    await (await bootBare(NOT_ZEROED)).destroy();
    const { stdout } = spawnSync(process.execPath, ["test/node/trim-child.mjs"], { encoding: "utf8" });
    const { before, after, frames, ms, code } = JSON.parse(stdout) as Trimmed;
    const mib = (value: number): string => value.toFixed(0);
    note(`restored ${mib(before.rss)} MiB, trimmed ${mib(after.rss)} MiB in ${ms.toFixed(0)} ms`);
    expect(before.guest).toBe(256);
    expect(after.guest).toBe(256 - frames / 256);
    expect(1 - after.rss / before.rss).toBeGreaterThan(0.45);
    expect(ms).toBeLessThan(100);
    expect(code).toBe(0);
  },
  BOOT_MS,
);
