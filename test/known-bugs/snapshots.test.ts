import { expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { decodeSnapshot, encodeSnapshot, SnapshotError } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, range, unpinned } from "../balloon/harness.ts";
import type { Machine } from "../balloon/harness.ts";
import { entry, POLITE } from "./helpers.ts";
import { virtioOf } from "../balloon/internals.ts";

const FEATURES = POLITE | featureSet(Feature.STATS_VQ);

function sendStatistics(machine: Machine): number {
  return machine.send("stats", machine.buffer(entry(4, 1)));
}

/** Saved as bytes and restored from them, any number of times. */
function migrate(machine: Machine, times = 1): void {
  for (let i = 0; i < times; i++) {
    expect(machine.migrate({}, (state) => decodeSnapshot(encodeSnapshot(state)))).toBeUndefined();
  }
}

test("QEMU 4a1e48beca: a device saved with the statistics buffer kept returns it after the restore", () => {
  const machine = pinned().up(FEATURES);
  for (let i = 0; i < 200; i++) {
    const head = sendStatistics(machine);
    migrate(machine);
    expect(machine.device.requestStats()).toBe(true);
    expect(machine.queue("stats").used()).toEqual([{ head, written: 0 }]);
  }
  expect([machine.faults, machine.counters.needsReset]).toEqual([{}, false]);
});

test("QEMU fecb48f744: a device saved without the statistics buffer has none after the restore", () => {
  const fresh = pinned().up(FEATURES);
  migrate(fresh, 2);
  expect(fresh.device.requestStats()).toBe(false);
  sendStatistics(fresh);
  expect(fresh.device.requestStats()).toBe(true);
  migrate(fresh, 2);
  expect(fresh.device.requestStats()).toBe(false);
  expect(fresh.queue("stats").used()).toHaveLength(1);
  expect(fresh.faults).toEqual({});
});

test("QEMU 6d0ee85040: a poll set before the restore finds the buffer after it", () => {
  const machine = pinned().up(FEATURES);
  machine.device.statsInterval = 1000;
  const head = sendStatistics(machine);
  const state = decodeSnapshot(encodeSnapshot(machine.device.state()));
  expect(machine.device.restore(state)).toBeUndefined();
  expect([machine.device.statsInterval, machine.timer.planned]).toEqual([1000, 1]);
  machine.timer.fire();
  expect(machine.queue("stats").used()).toEqual([{ head, written: 0 }]);
  machine.timer.fire();
  expect(machine.queue("stats").used()).toEqual([]);
});

test("QEMU 2bbadb08ce: the size of the configuration follows the offer in the state, on any device that continues it", () => {
  const poisoned = 0x12345678;
  const machine = unpinned({ freePageReporting: true }).setUp(POLITE | featureSet(Feature.PAGE_POISON));
  machine.driver.writeConfig(ConfigField.POISON_VAL, poisoned);
  machine.driver.ready();
  expect(machine.driver.readConfig(ConfigField.POISON_VAL)).toBe(poisoned);
  expect(machine.migrate({ freePageReporting: false })).toBeUndefined();
  expect(machine.driver.readConfig(ConfigField.POISON_VAL)).toBe(poisoned);

  const polite = unpinned({ freePageHint: false }).up(POLITE);
  polite.inflate(3);
  polite.device.target = 40 * 4096;
  const more = { freePageReporting: true, freePageHint: true };
  expect(polite.migrate(more, (state) => ({ ...state, hintCommand: 7, poison: poisoned }))).toBeUndefined();
  expect([0, 4, 8, 12].map((offset) => polite.driver.readConfig(offset))).toEqual([40, 0, 0, 0]);
  expect(polite.ballooned).toEqual([3]);
});

test("QEMU 2bbadb08ce: a state of a later version is refused, and leaves the device as after a reset", () => {
  const machine = pinned().up(FEATURES);
  machine.inflate(3);
  const later = { ...machine.device.state(), version: 999 };
  expect(() => decodeSnapshot(encodeSnapshot(later))).toThrow(SnapshotError);
  expect(machine.device.restore(later)).toContain("version 999");
  expect(machine.counters).toMatchObject({ balloonedFrames: 0, accepted: [], needsReset: false });
  expect(machine.host.lockedFrames).toBe(1024);
});

test("Firecracker #4990: a restored guest inflates, deflates and answers a poll", () => {
  const machine = pinned().up(FEATURES);
  machine.inflate(3, 4);
  const head = sendStatistics(machine);
  migrate(machine);
  machine.inflate(5);
  machine.deflate(3);
  expect(machine.device.requestStats()).toBe(true);
  expect(machine.ballooned).toEqual([4, 5]);
  expect(range(0, 1024).filter((frame) => !machine.host.isLocked(frame))).toEqual([4, 5]);
  expect(machine.queue("inflate").used()).toHaveLength(2);
  expect(machine.queue("deflate").used()).toHaveLength(1);
  expect(machine.queue("stats").used()).toEqual([{ head, written: 0 }]);
  expect(machine.driver.interrupts().queue).toBe(true);
});

test("v86 30be975d: the rings of a saved device continue where they were", () => {
  const machine = pinned().up(FEATURES);
  for (let i = 0; i < 5; i++) machine.inflate(i);
  sendStatistics(machine);
  migrate(machine, 2);
  const indices = virtioOf(machine.device)
    .queues.map((queue) => queue.state())
    .map(({ nextAvail, nextUsed }) => [nextAvail, nextUsed]);
  expect(indices.slice(0, 3)).toEqual([
    [5, 5],
    [0, 0],
    [1, 0],
  ]);
  machine.inflate(5);
  expect(machine.ballooned).toEqual(range(0, 6));
});
