import { describe, expect, test } from "vitest";
import { Balloon } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { guestMemory } from "../../src/memory/index.ts";
import type { GuestMemory } from "../../src/memory/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { MockDriver, ModernBar } from "../../src/virtio/index.ts";

const FEATURES = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
const RAM = new Uint8Array(64 * 4096);

/** A device over RAM, and a driver that believes its memory to be `seen`. */
function machine(seen: (memory: GuestMemory) => GuestMemory, rings = 0x10000) {
  RAM.fill(0);
  const memory = guestMemory(() => RAM);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const balloon = new Balloon({ memory, interrupt, host: new RecordingHost({ memory }) });
  const own = seen(memory);
  const driver = new MockDriver(new ModernBar(balloon), own, rings);
  expect(driver.negotiate(FEATURES)).toBe(true);
  const queues = [driver.queue(0, 8), driver.queue(1, 8)];
  driver.ready();
  const inflate = (pfn: number): void => {
    const address = driver.allocate(4);
    own.write32(address, pfn);
    queues[0]!.add({ address, bytes: 4 });
    queues[0]!.kick();
  };
  return { balloon, driver, inflate };
}

/** The same memory for a processor with the other byte order. */
function swapped(memory: GuestMemory): GuestMemory {
  const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >>> 8);
  const swap32 = (value: number): number => (swap16(value & 0xffff) << 16) | swap16(value >>> 16);
  return {
    ...memory,
    regions: memory.regions,
    contains: (address, bytes) => memory.contains(address, bytes),
    copyOut: (address, target) => {
      memory.copyOut(address, target);
    },
    fill: () => undefined,
    isZero: () => false,
    read16: (address) => swap16(memory.read16(address)),
    read32: (address) => swap32(memory.read32(address)) >>> 0,
    write16: (address, value) => {
      memory.write16(address, swap16(value & 0xffff));
    },
    write32: (address, value) => {
      memory.write32(address, swap32(value) >>> 0);
    },
  };
}

describe("the counters", () => {
  test("count chains by queue, notifications, and those that find no chain", () => {
    const { balloon, driver, inflate } = machine((memory) => memory);
    inflate(40);
    inflate(41);
    driver.transport.notify(1);
    expect(balloon.counters()).toMatchObject({
      chains: { inflate: 2, deflate: 0, stats: 0, hint: 0, report: 0 },
      notifications: { total: 3, empty: 1 },
      diagnosis: undefined,
    });
  });

  test("do not count the device's own look at its queues when a driver starts", () => {
    const { balloon } = machine((memory) => memory);
    expect(balloon.counters().notifications).toEqual({ total: 0, empty: 0 });
  });

  test("keep counting over resets", () => {
    const { balloon, driver, inflate } = machine((memory) => memory);
    inflate(40);
    driver.reset();
    expect(balloon.counters()).toMatchObject({ chains: { inflate: 1 }, notifications: { total: 1 } });
  });
});

describe("a driver whose notifications never bring a chain is named", () => {
  test("if its rings are at another base", () => {
    const other = new Uint8Array(RAM.length);
    const { balloon, inflate } = machine(() => guestMemory(() => other));
    for (const pfn of [40, 41, 42]) inflate(pfn);
    expect(balloon.counters().diagnosis).toMatch(
      /^The driver has notified 3 times, but its rings .* base\.$/,
    );
  });

  test("but not for its first notifications", () => {
    const other = new Uint8Array(RAM.length);
    const { balloon, inflate } = machine(() => guestMemory(() => other));
    for (const pfn of [40, 41]) inflate(pfn);
    expect(balloon.counters().diagnosis).toBeUndefined();
  });

  test("if its rings are in another byte order", () => {
    const { balloon, inflate } = machine(swapped);
    inflate(40);
    expect(balloon.counters().diagnosis).toMatch(/byte order\.$/);
  });

  test("if its rings are outside guest memory", () => {
    const large = new Uint8Array(4 * RAM.length);
    const { balloon, inflate } = machine(() => guestMemory(() => large), 2 * RAM.length);
    inflate(40);
    expect(balloon.counters().diagnosis).toMatch(/^The driver has placed its rings outside guest memory/);
  });
});

describe("a target", () => {
  test.each([
    [undefined, 4096],
    [4096, 4096],
    [8192, 8192],
    [65536, 65536],
  ])("is rounded down to whole pages of the guest (guestPageBytes %s)", (guestPageBytes, unit) => {
    const memory = guestMemory(() => RAM);
    const interrupt = { raise: () => undefined, lower: () => undefined };
    const host = new RecordingHost({ memory });
    const balloon = new Balloon({ memory, interrupt, host, ...(guestPageBytes && { guestPageBytes }) });
    for (const bytes of [0, 1, unit - 1, unit, unit + 1, 100_000, RAM.length]) {
      balloon.target = bytes;
      expect(balloon.target).toBe(Math.floor(bytes / unit) * unit);
    }
  });

  test.each([0, 2048, 12288, 2 ** 19])("needs pages of a real size, not %d", (guestPageBytes) => {
    const memory = guestMemory(() => RAM);
    const interrupt = { raise: () => undefined, lower: () => undefined };
    const host = new RecordingHost({ memory });
    expect(() => new Balloon({ memory, interrupt, host, guestPageBytes })).toThrow(
      `guestPageBytes: expected a power of two from 4096 to 262144, got ${guestPageBytes}`,
    );
  });
});
