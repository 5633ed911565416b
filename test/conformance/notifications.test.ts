import { describe, expect, test, vi } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned } from "../balloon/harness.ts";
import { PageTracker } from "../../src/tracker/index.ts";

const TELLS = featureSet(Feature.VERSION_1, Feature.MUST_TELL_HOST);
const BOTH = { queue: true, config: true };

describe("the driver is notified of a chain that was returned before the device stops", () => {
  test("because the ring is corrupt (NOTIFY-2)", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.add(machine.pfns([5]));
    queue.offer(queue.size);
    queue.kick();
    expect(queue.used()).toHaveLength(1);
    expect(machine.driver.interrupts()).toEqual(BOTH);
  });

  test("because the host fails", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.add(machine.pfns([5]));
    queue.add(machine.pfns([6]));
    let staged = 0;
    vi.spyOn(PageTracker.prototype, "inflateStagedInto").mockImplementation(() => {
      if (++staged === 2) throw new RangeError("no memory");
      return { changed: 1, redundant: 0, outOfRange: 0 };
    });
    queue.kick();
    expect(machine.counters.needsReset).toBe(true);
    expect(queue.used()).toHaveLength(1);
    expect(machine.driver.interrupts()).toEqual(BOTH);
  });

  test("but gets no notification if no chain was returned", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.offer(queue.size);
    queue.kick();
    expect(machine.driver.interrupts()).toEqual({ queue: false, config: true });
  });
});
