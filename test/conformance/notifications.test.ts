import { describe, expect, test, vi } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned } from "../balloon/harness.ts";

const TELLS = featureSet(Feature.VERSION_1, Feature.MUST_TELL_HOST);
const BOTH = { queue: true, config: true };

describe("a chain that is returned before the device stops is notified of", () => {
  test("when the ring turns out to be corrupt", () => {
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
    const inflate = vi.spyOn(machine.device.pages, "inflate").mockReturnValueOnce("return");
    inflate.mockImplementationOnce(() => {
      throw new RangeError("no memory");
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
