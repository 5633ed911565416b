import { describe, expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { ConfigField } from "../../src/balloon/config.ts";
import { pinned, unpinned } from "./harness.ts";

const REPORTING = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.PAGE_REPORTING);
const POISONED = REPORTING | featureSet(Feature.PAGE_POISON);
const page = (pfn: number, frames = 1): { address: number; bytes: number; writable: true } => ({
  address: pfn * 4096,
  bytes: frames * 4096,
  writable: true,
});

describe("reported pages of a guest with page poisoning", () => {
  test.each([
    ["skip", 0xaaaaaaaa, 0x11],
    ["fill", 0xaaaaaaaa, 0xaa],
    ["fill", 0, 0],
    ["skip", 0, 0],
  ] as const)("%s, poison value %i (DEV-P1, DEV-R2)", (poisonedPages, poison, expected) => {
    const machine = unpinned({ freePageReporting: true, poisonedPages }).setUp(POISONED);
    machine.driver.writeConfig(ConfigField.POISON_VAL, poison);
    machine.driver.ready();
    machine.memory.bytes.fill(0x11, 10 * 4096, 13 * 4096);
    machine.send("report", page(11));
    expect(machine.memory.bytes[10 * 4096]).toBe(0x11);
    expect(machine.memory.bytes.subarray(11 * 4096, 12 * 4096).every((byte) => byte === expected)).toBe(true);
    expect(machine.memory.bytes[12 * 4096]).toBe(0x11);
    expect(machine.queue("report").used()).toEqual([{ head: 0, written: 0 }]);
  });
});

test("a poisoned page of pinned memory is never dropped, because it would read as zero (DEV-R2) (POSITION-3)", () => {
  for (const poisonedPages of ["skip", "fill"] as const) {
    const machine = pinned({ freePageReporting: true, relockFreePages: true, poisonedPages }).setUp(POISONED);
    machine.driver.writeConfig(ConfigField.POISON_VAL, 0xaaaaaaaa);
    machine.driver.ready();
    machine.memory.bytes.fill(0xaa, 10 * 4096, 13 * 4096);
    machine.send("report", page(11));
    expect(machine.memory.bytes.subarray(10 * 4096, 13 * 4096).every((byte) => byte === 0xaa)).toBe(true);
    expect(machine.host.lockedFrames).toBe(1024);
    expect(machine.queue("report").used()).toHaveLength(1);
  }
});

describe("free pages of pinned memory", () => {
  test("are not asked for: the device offers neither reporting nor hinting", () => {
    const { counters } = pinned({ freePageReporting: true, freePageHint: true });
    expect(counters.offered).not.toContain("PAGE_REPORTING");
    expect(counters.offered).not.toContain("FREE_PAGE_HINT");
  });

  test("with relockFreePages are unlocked, discarded and locked before the acknowledgement (DEV-R1)", () => {
    const machine = pinned({ freePageReporting: true, relockFreePages: true }).up(REPORTING);
    machine.send("report", page(11, 3), page(20));
    expect(machine.host.calls.map(({ call, first, frames }) => [call, first, frames])).toEqual([
      ["unlock", 11, 3],
      ["discard", 11, 3],
      ["lock", 11, 3],
      ["unlock", 20, 1],
      ["discard", 20, 1],
      ["lock", 20, 1],
    ]);
    expect(machine.host.lockedFrames).toBe(1024);
    expect(machine.counters.offered).not.toContain("FREE_PAGE_HINT");
  });

  test("stay as they are if they are ballooned", () => {
    const machine = pinned({ freePageReporting: true, relockFreePages: true }).up(REPORTING);
    machine.inflate(12, 13);
    machine.host.calls.length = 0;
    machine.send("report", page(11, 4));
    expect(machine.host.calls.map(({ call, first, frames }) => `${call} ${first}+${frames}`)).toEqual([
      "unlock 11+1",
      "discard 11+1",
      "lock 11+1",
      "unlock 14+1",
      "discard 14+1",
      "lock 14+1",
    ]);
    expect(machine.host.isLocked(12)).toBe(false);
  });

  test("that cannot be locked again are owed and acknowledged with degrade", () => {
    const machine = pinned({ freePageReporting: true, relockFreePages: true }).up(REPORTING);
    machine.host.failCall(2);
    machine.send("report", page(11));
    expect(machine.counters).toMatchObject({ owedFrames: 1, needsReset: false });
    expect(machine.queue("report").used()).toHaveLength(1);
  });

  test.each(["withhold", "needs-reset"] as const)(
    "that cannot be locked again stop the device with %s",
    (onLockFailure) => {
      const machine = pinned({ freePageReporting: true, relockFreePages: true, onLockFailure }).up(REPORTING);
      machine.host.failCall(2);
      machine.send("report", page(11));
      expect(machine.counters).toMatchObject({ owedFrames: 1, needsReset: true });
      expect(machine.queue("report").used()).toHaveLength(0);
      machine.up(REPORTING);
      machine.send("report", page(20));
      expect(machine.counters.needsReset).toBe(false);
    },
  );
});
