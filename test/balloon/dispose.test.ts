import { describe, expect, test } from "vitest";
import { pinned } from "./harness.ts";
import type { Machine } from "./harness.ts";

/** A disposed device that had ballooned frames, a withheld deflate and a planned retry. */
function disposed(): Machine {
  const machine = pinned({ onLockFailure: "withhold", lockLimit: 1024 }).up();
  machine.inflate(1, 2, 3);
  machine.host.failCall(0, "EAGAIN");
  machine.deflate(2);
  machine.device.dispose();
  machine.host.calls.length = 0;
  return machine;
}

/** What a driver may still do that does not know of it. */
const DRIVER: Record<string, (machine: Machine) => void> = {
  inflates: (machine) => void machine.inflate(7),
  deflates: (machine) => void machine.deflate(1),
  "writes its actual size": (machine) => {
    machine.driver.writeConfig(4, 3);
  },
  "writes to the status register": (machine) => {
    machine.bar.write(0x14, 1, 0xf);
  },
  "resets the device": (machine) => {
    machine.bar.write(0x14, 1, 0);
  },
  "reads the interrupt status": (machine) => void machine.driver.interrupts(),
};

describe("a disposed device", () => {
  test("has no timer left", () => {
    expect(disposed().timer.planned).toBe(0);
  });

  test.each(Object.entries(DRIVER))("does nothing when the driver %s", (_, act) => {
    const machine = disposed();
    act(machine);
    expect(machine.host.calls).toEqual([]);
    expect(machine.line.raised).toBe(false);
    expect(machine.timer.planned).toBe(0);
    expect(machine.ballooned).toEqual([]);
    expect(machine.bar.read(0x14, 1)).toBe(0);
  });

  test("may be disposed of again", () => {
    const machine = disposed();
    machine.device.dispose();
    expect(machine.host.calls).toEqual([]);
  });
});
