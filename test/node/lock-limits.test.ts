import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LockFailure, LockFailureAction, OnLockFailure } from "../../src/lock/index.ts";
import { Status } from "../../src/virtio/index.ts";
import { privileged } from "./gate.ts";
import { FRAMES, LockedMachine } from "./locked-machine.ts";
import { unprivileged } from "./unprivileged.ts";

const MIB = 2 ** 20;
/** Frames in the balloon; the frames that stay locked are 7 MiB and 8 frames. */
const BALLOONED = 2296;
const LOCKED = FRAMES - BALLOONED;
/** 300 frames in total. A limit of 8 MiB has room for 248 of them, so the third run cannot be locked. */
const BATCH: [number, number][] = [
  [0, 100],
  [200, 100],
  [400, 100],
];
const REST: [number, number][] = [
  [100, 100],
  [300, 100],
  [500, BALLOONED - 500],
];

let machine: LockedMachine;
let failures: LockFailure[];

function start(onLockFailure: OnLockFailure, maxBorders?: number): void {
  machine = new LockedMachine(onLockFailure, maxBorders);
  machine.device.on("lock-failure", (failure) => failures.push(failure));
}

function codes(): string[] {
  return failures.map(({ code, first }) => `${code} ${first}`);
}

/** Checks ballooned and locked frames; all three counts of locked frames must agree. */
function expectState(ballooned: number, locked: number): void {
  const { host, lockedByKernel, lockedByReport, device } = machine;
  expect({
    ballooned: device.pages.count,
    host: host.lockedFrames,
    kernel: lockedByKernel,
    report: lockedByReport,
  }).toEqual({ ballooned, host: locked, kernel: locked, report: locked });
}

function isLocked(...runs: [number, number][]): boolean[] {
  return runs.map(([first]) => machine.host.isLocked(first));
}

beforeEach(() => {
  failures = [];
});
afterEach(() => {
  machine.host.dispose();
});

describe.skipIf(!privileged.available)(`locks and RLIMIT_MEMLOCK${privileged.note}`, () => {
  test("nothing limits root: every batch is locked, and only given frames are unlocked", () => {
    start("degrade");
    expectState(0, FRAMES);
    machine.inflate([0, BALLOONED]);
    expectState(BALLOONED, LOCKED);
    machine.deflate(...BATCH);
    expectState(BALLOONED - 300, LOCKED + 300);
    machine.deflate(...REST);
    expectState(0, FRAMES);
    expect(failures).toEqual([]);
  });

  test.each([
    [8 * MIB, "ENOMEM 400", [true, true, false], 200],
    [7 * MIB, "ENOMEM 0", [false, false, false], 0],
    [0, "EPERM 0", [false, false, false], 0],
  ] as const)(
    "degrade with %i bytes: the batch is acknowledged, and what fails is owed",
    (limit, first, locked, frames) => {
      start("degrade");
      machine.inflate([0, BALLOONED]);
      expect(unprivileged(limit, () => machine.deflate(...BATCH))).toBe(true);
      expect(codes()[0]).toBe(first);
      expect(isLocked(...BATCH)).toEqual(locked);
      expect(machine.counters.owedFrames).toBe(300 - frames);
      expectState(BALLOONED - 300, LOCKED + frames);
      expect(machine.device.retryLocks()).toBe(0);
      expectState(BALLOONED - 300, LOCKED + 300);
    },
  );

  test.each([
    [8 * MIB, "ENOMEM 400"],
    [0, "EPERM 0"],
  ])(
    "withhold with %i bytes: the batch is rolled back, and acknowledged once there is room",
    (limit, first) => {
      start("withhold");
      machine.inflate([0, BALLOONED]);
      expect(unprivileged(limit, () => machine.deflate(...BATCH))).toBe(false);
      expect(codes()).toEqual([first]);
      expectState(BALLOONED, LOCKED);
      unprivileged(limit, () => {
        machine.timer.fire();
      });
      expectState(BALLOONED, LOCKED);
      expect([machine.counters.withheld, machine.acknowledged()]).toEqual([true, 0]);
      machine.timer.fire();
      expect([machine.counters.withheld, machine.acknowledged()]).toEqual([false, 1]);
      expectState(BALLOONED - 300, LOCKED + 300);
    },
  );

  test("withhold without any room: the device asks for a reset, and the locked frames stay locked", () => {
    start("withhold");
    machine.inflate([0, BALLOONED]);
    unprivileged(8 * MIB, () => {
      machine.deflate(...BATCH);
      while (machine.timer.planned > 0) machine.timer.fire();
    });
    expect(machine.driver.status & Status.NEEDS_RESET).toBeTruthy();
    expectState(BALLOONED, LOCKED);
    machine.driver.reset();
    expectState(0, FRAMES);
  });

  test("needs-reset: the batch is rolled back and not acknowledged", () => {
    start("needs-reset");
    machine.inflate([0, BALLOONED]);
    expect(unprivileged(8 * MIB, () => machine.deflate(...BATCH))).toBe(false);
    expect(machine.driver.status & Status.NEEDS_RESET).toBeTruthy();
    expectState(BALLOONED, LOCKED);
  });

  test("a function may choose for each failure: owed first, withheld when a frame above 400 fails", () => {
    const chosen: LockFailureAction[] = [];
    start(({ first }) => {
      chosen.push(first < 400 ? "degrade" : "withhold");
      return chosen.at(-1)!;
    });
    machine.inflate([0, BALLOONED]);
    expect(unprivileged(7 * MIB, () => machine.deflate(...BATCH))).toBe(false);
    expect(chosen).toEqual(["degrade", "degrade", "withhold"]);
    expectState(BALLOONED, LOCKED);
    machine.timer.fire();
    expectState(BALLOONED - 300, LOCKED + 300);
  });

  test("a reset under the limit owes what cannot be locked; it is locked when there is room", () => {
    start("degrade");
    machine.inflate(...BATCH, [1000, 1000]);
    unprivileged(8 * MIB, () => {
      machine.driver.reset();
    });
    expect(machine.counters.owedFrames).toBeGreaterThan(0);
    expectState(0, FRAMES - machine.counters.owedFrames);
    while (machine.device.retryLocks() > 0);
    expectState(0, FRAMES);
  });

  test("unlocking needs no rights", () => {
    start("degrade");
    unprivileged(0, () => {
      machine.inflate([0, BALLOONED]);
    });
    expectState(BALLOONED, LOCKED);
    expect(machine.host.residentFrames).toBeLessThanOrEqual(LOCKED);
  });

  test("beyond the limit on mappings, frames are given locked, and their contents go where the kernel can drop them", () => {
    start("degrade", 20);
    const scattered = Array.from({ length: 30 }, (_, i): [number, number] => [2 * i, 1]);
    machine.inflate(...scattered);
    const { keptLockedFrames } = machine.counters;
    expect(keptLockedFrames).toBe(30 - 10);
    expectState(30, FRAMES - 10);
    expect(scattered.some(([frame]) => machine.host.discardsLocked && machine.host.isResident(frame))).toBe(
      false,
    );
    expect(machine.deflate(...scattered)).toBe(true);
    expectState(0, FRAMES);
  });
});
