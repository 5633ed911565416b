import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { Status } from "../../src/virtio/index.ts";
import { pinned, unpinned } from "./harness.ts";
import type { ListingHost, Machine } from "./harness.ts";
import { modelOf } from "./internals.ts";

const { NUM_PAGES, ACTUAL, FREE_PAGE_HINT_CMD_ID, POISON_VAL } = ConfigField;
const POLITE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
const POISON = POLITE | featureSet(Feature.PAGE_POISON);

let machine: Machine<ListingHost>;

beforeEach(() => {
  machine = unpinned({ freePageReporting: true });
});

describe("a read", () => {
  test("of any offset and width gives the bytes there, and 0 beyond the end (CONFIG-1)", () => {
    machine.device.target = 0x123 * 4096;
    machine.setUp(POISON);
    machine.driver.writeConfig(ACTUAL, 0x8899aabb);
    machine.driver.writeConfig(POISON_VAL, 0xccddeeff);
    const bytes = [0x23, 1, 0, 0, 0xbb, 0xaa, 0x99, 0x88, 0, 0, 0, 0, 0xff, 0xee, 0xdd, 0xcc];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1, 2, 4), (offset, width) => {
        const expected = Array.from({ length: width }, (_, i) => (bytes[offset + i] ?? 0) * 256 ** i);
        const sum = expected.reduce((total, part) => total + part, 0);
        expect(modelOf(machine.device).readConfig(offset, width)).toBe(sum);
      }),
    );
  });

  test("works before anything is negotiated (CONFIG-1)", () => {
    machine.device.target = 77 * 4096;
    expect(machine.driver.readConfig(NUM_PAGES)).toBe(77);
  });
});

describe("the length of the configuration follows the offer, not what the driver took:", () => {
  /** A field is there or not. A missing field reads as 0, whatever the device thinks. */
  test.each([
    ["8 bytes without hinting and poison", { freePageHint: false }, 8],
    ["12 with hinting", { freePageHint: true }, 12],
    ["16 with poison", { freePageHint: false, freePageReporting: true }, 16],
  ])("%s", (_what, options, length) => {
    const { device } = unpinned(options);
    const probe = { ...device.state(), hintCommand: 0xffffffff, poison: 0xffffffff };
    expect(device.restore(probe)).toBeUndefined();
    const there = [8, 12].filter((field) => modelOf(device).readConfig(field, 4) !== 0);
    expect(there).toEqual([8, 12].filter((field) => field < length));
  });
});

describe("a write", () => {
  test("of `actual` is told to the host, before and after DRIVER_OK", () => {
    const told: number[] = [];
    machine.device.on("actual", (bytes) => told.push(bytes));
    machine.setUp(POLITE);
    machine.driver.writeConfig(ACTUAL, 5);
    machine.driver.ready();
    machine.driver.writeConfig(ACTUAL, 0xffffffff);
    expect(told).toEqual([5 * 4096, 0xffffffff * 4096]);
    expect(machine.device.actual).toBe(0xffffffff * 4096);
    expect(machine.faults).toEqual({});
  });

  test.each([NUM_PAGES, FREE_PAGE_HINT_CMD_ID])(
    "of the device's own field at %d is a fault and changes nothing (rule 5.5.4)",
    (field) => {
      machine.up(POISON);
      machine.device.target = 9 * 4096;
      const before = machine.driver.readConfig(field);
      machine.driver.writeConfig(field, 0x55);
      expect(machine.driver.readConfig(field)).toBe(before);
      expect(machine.device.target).toBe(9 * 4096);
      expect(machine.faults).toEqual({ "config-write": 1 });
    },
  );

  test("of another width, between fields or beyond the end changes nothing", () => {
    machine.up(POISON);
    const writes = [
      [4, 1],
      [4, 2],
      [5, 1],
      [6, 2],
      [5, 4],
      [3, 4],
      [15, 4],
    ] as const;
    for (const [offset, width] of writes) machine.driver.writeConfig(offset, 0xff, width);
    expect(machine.device.actual).toBe(0);
    expect([0, 4, 8, 12].map((field) => machine.driver.readConfig(field))).toEqual([0, 0, 0, 0]);
    expect(machine.faults).toEqual({ "config-write": writes.length });
  });

  test("does not tell the driver that the configuration changed (CONFIG-2)", () => {
    machine.up(POLITE);
    const generation = machine.bar.read(0x15, 1);
    machine.driver.writeConfig(ACTUAL, 3);
    expect(machine.bar.read(0x15, 1)).toBe(generation);
    expect(machine.line.raised).toBe(false);
  });
});

describe("the poison value", () => {
  const write = (value: number): void => {
    machine.driver.writeConfig(POISON_VAL, value);
  };
  const poison = (): number => machine.driver.readConfig(POISON_VAL);

  test("can be written with PAGE_POISON before DRIVER_OK (DRV-P2), but not afterwards (DRV-P3)", () => {
    machine.setUp(POISON);
    write(0xaa);
    expect(poison()).toBe(0xaa);
    machine.driver.ready();
    write(0xbb);
    expect(poison()).toBe(0xaa);
    expect(machine.faults).toEqual({ "poison-write": 1 });
  });

  test("cannot be written without PAGE_POISON", () => {
    machine.setUp(POLITE);
    write(0xaa);
    expect(poison()).toBe(0);
    expect(machine.faults).toEqual({ "poison-write": 1 });
  });

  test("cannot be written by a driver that takes the feature without an offer", () => {
    machine = unpinned({ freePageReporting: false });
    expect(machine.driver.negotiate(POISON)).toBe(false);
    write(0xaa);
    expect(machine.device.state().poison).toBe(0);
    expect(machine.faults).toEqual({ "config-write": 1 });
  });

  test("is forgotten by a reset, like `actual`; the target belongs to the host and stays", () => {
    machine.device.target = 4 * 4096;
    machine.setUp(POISON);
    write(0xaa);
    machine.driver.writeConfig(ACTUAL, 4);
    machine.driver.reset();
    expect([poison(), machine.device.actual, machine.device.target]).toEqual([0, 0, 4 * 4096]);
  });
});

describe("the target", () => {
  test("reaches a running driver as an interrupt and a new generation (CONFIG-2)", () => {
    machine.up(POLITE);
    const generation = machine.bar.read(0x15, 1);
    machine.device.target = 6 * 4096;
    expect(machine.driver.interrupts()).toEqual({ queue: false, config: true });
    expect(machine.driver.readConfig(NUM_PAGES)).toBe(6);
    expect(machine.bar.read(0x15, 1)).not.toBe(generation);
  });

  test("is stored without an interrupt while there is no driver (CONFIG-2)", () => {
    machine.device.target = 6 * 4096;
    expect(machine.line.raised).toBe(false);
    machine.up(POLITE);
    expect(machine.driver.readConfig(NUM_PAGES)).toBe(6);
  });

  test.each([-1, 1025, 1 / 8192, NaN, Infinity, 2 ** 32, "7", null, undefined])(
    "refuses %j and stays what it was",
    (value) => {
      machine.up(POLITE);
      machine.device.target = 6 * 4096;
      machine.driver.interrupts();
      expect(() => {
        machine.device.target = typeof value === "number" ? value * 4096 : (value as never);
      }).toThrow(typeof value === "number" ? RangeError : TypeError);
      expect(machine.device.target).toBe(6 * 4096);
      expect(machine.line.raised).toBe(false);
    },
  );

  test("may be 0 or all whole pages of memory, but not a partial page at the end", () => {
    const { device } = pinned({ frames: 16, spare: 4095 });
    for (const target of [16, 0]) {
      device.target = target * 4096;
      expect(device.target).toBe(target * 4096);
    }
    expect(device.frames).toBe(16);
    expect(() => {
      device.target = 17 * 4096;
    }).toThrow("target: expected an integer from 0 to 65536, got 69632");
  });
});

test("a device says that it is a balloon and needs nothing", () => {
  expect(modelOf(machine.device).deviceId).toBe(5);
  expect(machine.driver.status & Status.NEEDS_RESET).toBe(0);
});
