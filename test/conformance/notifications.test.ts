import { describe, expect, test, vi } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned } from "../balloon/harness.ts";
import { PageTracker } from "../../src/tracker/index.ts";

const TELLS = featureSet(Feature.VERSION_1, Feature.MUST_TELL_HOST);
const BOTH = { queue: true, config: true };

describe("a chain that is returned before the device stops is notified of", () => {
  test("when the ring turns out to be corrupt (NOTIFY-2)", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.add(machine.pfns([5]));
    queue.offer(queue.size);
    queue.kick();
    expect(queue.used()).toHaveLength(1);
    expect(machine.driver.interrupts()).toEqual(BOTH);
  });

  test("when the host fails", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.add(machine.pfns([5]));
    queue.add(machine.pfns([6]));
    let staged = 0;
    vi.spyOn(PageTracker.prototype, "inflateStaged").mockImplementation(() => {
      if (++staged === 2) throw new RangeError("no memory");
      return { changed: 1, redundant: 0, outOfRange: 0 };
    });
    queue.kick();
    expect(machine.report.needsReset).toBe(true);
    expect(queue.used()).toHaveLength(1);
    expect(machine.driver.interrupts()).toEqual(BOTH);
  });

  test("but not if there is none", () => {
    const machine = pinned().up(TELLS);
    const queue = machine.queue("inflate");
    queue.offer(queue.size);
    queue.kick();
    expect(machine.driver.interrupts()).toEqual({ queue: false, config: true });
  });
});
