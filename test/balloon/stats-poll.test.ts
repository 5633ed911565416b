import { expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned } from "./harness.ts";

const WITH_STATS = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.STATS_VQ);
const entry = [4, 0, 9, 0, 0, 0, 0, 0, 0, 0];

test("polling asks for statistics at every interval, and stops when the interval is 0", () => {
  const machine = pinned().up(WITH_STATS);
  machine.device.statsInterval = 5000;
  for (let i = 0; i < 3; i++) {
    machine.send("stats", machine.buffer(entry));
    expect(machine.queue("stats").used()).toHaveLength(0);
    machine.timer.fire();
    expect(machine.queue("stats").used()).toHaveLength(1);
  }
  expect(machine.timer.delays).toEqual([5000, 5000, 5000, 5000]);
  machine.device.statsInterval = 0;
  expect(machine.timer.planned).toBe(0);
});

test("a new interval replaces the old one", () => {
  const machine = pinned();
  machine.device.statsInterval = 5000;
  machine.device.statsInterval = 100;
  expect(machine.timer.planned).toBe(1);
  expect(machine.device.statsInterval).toBe(100);
});

test("polling without a driver, or before it has left a buffer, does nothing and goes on", () => {
  const machine = pinned();
  machine.device.statsInterval = 100;
  machine.timer.fire();
  machine.up(WITH_STATS);
  machine.timer.fire();
  expect(machine.timer.planned).toBe(1);
  expect(machine.counters.faults).toEqual({});
});

test.each([-1, 1.5, NaN, Infinity, 2 ** 31])("an interval of %d ms is a RangeError", (ms) => {
  const machine = pinned();
  expect(() => (machine.device.statsInterval = ms)).toThrow(RangeError);
  expect(machine.timer.planned).toBe(0);
});
