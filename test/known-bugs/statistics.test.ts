import { expect, test } from "vitest";
import type { GuestStats } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { FRAME_BYTES, pinned } from "../balloon/harness.ts";
import type { Machine } from "../balloon/harness.ts";
import { countReads, entry, POLITE } from "./helpers.ts";

const FEATURES = POLITE | featureSet(Feature.STATS_VQ);

function started(): { machine: Machine; seen: GuestStats[] } {
  const machine = pinned().up(FEATURES);
  const seen: GuestStats[] = [];
  machine.device.on("stats", (stats) => seen.push(stats));
  return { machine, seen };
}

function add(machine: Machine, value: number): number {
  return machine.queue("stats").add(machine.buffer(entry(4, value)));
}

function send(machine: Machine, value: number): number {
  const head = add(machine, value);
  machine.queue("stats").kick();
  return head;
}

function usedHeads(machine: Machine): number[] {
  return machine
    .queue("stats")
    .used()
    .map(({ head }) => head);
}

test("QEMU 4eae2a657d: a queue kicked twice, for no buffer, one or two, does not crash", () => {
  const { machine, seen } = started();
  const queue = machine.queue("stats");
  queue.kick();
  queue.kick();
  const first = send(machine, 1);
  queue.kick();
  expect(seen).toEqual([{ MEMFREE: 1n }]);
  const extra = [add(machine, 2), add(machine, 3)];
  queue.kick();
  queue.kick();
  expect(usedHeads(machine)).toEqual(extra);
  expect(machine.faults).toEqual({ "stats-extra-buffer": 2 });
  expect(machine.device.requestStats()).toBe(true);
  expect(machine.device.requestStats()).toBe(false);
  expect(usedHeads(machine)).toEqual([first]);
  queue.kick();
  expect(seen).toHaveLength(1);
});

test("QEMU 104e70cae7: a thousand resets with the buffer kept leak nothing", () => {
  const machine = pinned({ frames: 4096 });
  for (let i = 0; i < 1000; i++) {
    machine.up(FEATURES, 8);
    const heads = [send(machine, i)];
    // Eight times round a queue of eight, and the last buffer is left with the device.
    for (let round = 0; round < 8; round++) {
      expect(machine.device.requestStats()).toBe(true);
      heads.push(send(machine, round));
    }
    expect(usedHeads(machine)).toEqual(heads.slice(0, -1));
  }
  expect([machine.faults, machine.counters.needsReset]).toEqual([{}, false]);
  machine.driver.reset();
  expect(machine.device.requestStats()).toBe(false);
});

test("QEMU 1f9296b51a: an interval beyond INT_MAX is refused, and the old one stays", () => {
  const { device, timer } = pinned();
  device.statsInterval = 5000;
  for (const interval of [2 ** 31, 2 ** 32 + 1, 2 ** 53, Infinity, NaN, -1, 0.5]) {
    expect(() => (device.statsInterval = interval)).toThrow(RangeError);
  }
  expect([device.statsInterval, timer.planned]).toEqual([5000, 1]);
  device.statsInterval = 2 ** 31 - 1;
  expect(timer.delays.at(-1)).toBe(2147483647);
});

test("Firecracker ed96b50d2: a buffer of 2^32 - 1 bytes is not taken for statistics, and costs nothing", () => {
  const { machine, seen } = started();
  const reads = countReads(machine, () => machine.send("stats", { address: 0, bytes: 0xffffffff }));
  expect(reads.views).toBe(0);
  expect(seen).toEqual([]);
  expect(machine.faults).toEqual({ "address-out-of-range": 1 });
  expect(usedHeads(machine)).toHaveLength(1);
  send(machine, 5);
  expect(seen).toEqual([{ MEMFREE: 5n }]);
});

test("kvmtool: a buffer larger than any statistics is not copied", () => {
  const { machine, seen } = started();
  for (const bytes of [2570, 100 * FRAME_BYTES, 1020 * FRAME_BYTES]) {
    const reads = countReads(machine, () => machine.send("stats", { address: 0, bytes }));
    expect(reads.views).toBe(0);
    expect(machine.device.requestStats()).toBe(true);
  }
  expect(seen).toEqual([]);
  expect(machine.faults).toEqual({ "stats-length": 3 });
});

test("Firecracker 326fc46db: the used index is published with every buffer that is returned", () => {
  const { machine } = started();
  const queue = machine.queue("stats");
  send(machine, 1);
  machine.driver.interrupts();
  for (let returned = 1; returned <= 3; returned++) {
    send(machine, 2);
    expect(queue.usedIndex).toBe(returned);
    expect(machine.driver.interrupts().queue).toBe(true);
  }
  machine.device.requestStats();
  expect(queue.usedIndex).toBe(4);
  expect(machine.driver.interrupts().queue).toBe(true);
});

test("Firecracker #5566: a poll that finds no buffer waits for the next one", () => {
  const { machine } = started();
  machine.device.statsInterval = 1000;
  machine.timer.fire();
  machine.timer.fire();
  expect(machine.queue("stats").usedIndex).toBe(0);
  expect(machine.line.raised).toBe(false);
  const head = send(machine, 1);
  machine.timer.fire();
  expect(usedHeads(machine)).toEqual([head]);
  machine.timer.fire();
  expect(usedHeads(machine)).toEqual([]);
  expect(machine.timer.planned).toBe(1);
  expect(machine.faults).toEqual({});
});
