import { beforeEach, describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import {
  LegacyMmio,
  Mmio,
  MmioDriverTransport,
  MmioTransport,
  MockDriver,
  Status,
} from "../../src/virtio/index.ts";
import type { MmioSelection } from "../../src/virtio/index.ts";
import { modelOf } from "../balloon/internals.ts";
import { FEATURES, Machine } from "./legacy-mmio-machine.ts";

const { WILL } = FEATURES;
const ACTUAL = Mmio.CONFIG + ConfigField.ACTUAL;

let machine: Machine;
let registers: MmioTransport;

const read = (offset: number, width = 4): number => registers.read(offset, width);
const write = (offset: number, value: number, width = 4): void => {
  registers.write(offset, width, value);
};
const queue = (index: number): object => machine.virtio.queues[index]!.state();

beforeEach(() => {
  machine = new Machine({ silentDeflateBit: 50 });
  registers = new MmioTransport(machine.virtio, { version: 1 });
});

test("the registers say that they have version 1 (MMIO-9)", () => {
  expect([Mmio.MAGIC_VALUE, Mmio.VERSION, Mmio.DEVICE_ID].map((offset) => read(offset))).toEqual([
    0x74726976, 1, 5,
  ]);
});

test("only 32 features can be seen and taken", () => {
  const { offeredFeatures } = modelOf(machine.device);
  expect(offeredFeatures >> 32n).not.toBe(0n);
  expect(BigInt(read(Mmio.DEVICE_FEATURES))).toBe(offeredFeatures & 0xffffffffn);
  write(Mmio.DEVICE_FEATURES_SEL, 1);
  expect(read(Mmio.DEVICE_FEATURES)).toBe(0);
  write(Mmio.DRIVER_FEATURES, 1);
  write(Mmio.DRIVER_FEATURES_SEL, 1);
  write(Mmio.DRIVER_FEATURES, 1);
  expect(machine.virtio.accepted).toBe(WILL);
});

describe("a queue", () => {
  test("is placed by its page number, the guest's page size and the alignment of its used ring (MMIO-10)", () => {
    write(LegacyMmio.GUEST_PAGE_SIZE, 0x4000);
    write(Mmio.QUEUE_SEL, 1);
    expect([read(Mmio.QUEUE_SIZE_MAX), read(LegacyMmio.QUEUE_PFN)]).toEqual([128, 0]);
    write(Mmio.QUEUE_SIZE, 16);
    write(LegacyMmio.QUEUE_ALIGN, 0x400);
    write(LegacyMmio.QUEUE_PFN, 5);
    expect(read(LegacyMmio.QUEUE_PFN)).toBe(5);
    // 16 descriptors of 16 bytes; the available ring has 38 bytes, and the next kilobyte has the used ring.
    expect(queue(1)).toMatchObject({
      enabled: true,
      size: 16,
      descriptors: 0x14000,
      driver: 0x14100,
      device: 0x14400,
    });
  });

  test("has pages and an alignment of 4096 bytes unless the driver says otherwise", () => {
    write(LegacyMmio.QUEUE_PFN, 3);
    expect(queue(0)).toMatchObject({ size: 128, descriptors: 0x3000, device: 0x4000 });
  });

  test.each([0, 3, 0xffffffff])("has neither pages nor an alignment of %i bytes", (bytes) => {
    write(LegacyMmio.GUEST_PAGE_SIZE, bytes);
    write(LegacyMmio.QUEUE_ALIGN, bytes);
    write(LegacyMmio.QUEUE_PFN, 3);
    expect(queue(0)).toMatchObject({ descriptors: 0x3000, device: 0x4000 });
  });

  test("is taken back with page number 0, and cannot be moved before (MMIO-11)", () => {
    write(LegacyMmio.QUEUE_PFN, 3);
    write(LegacyMmio.QUEUE_PFN, 5);
    write(LegacyMmio.QUEUE_ALIGN, 8);
    write(Mmio.QUEUE_SIZE, 16);
    expect(read(LegacyMmio.QUEUE_PFN)).toBe(3);
    expect(queue(0)).toMatchObject({ enabled: true, size: 128 });
    write(LegacyMmio.QUEUE_PFN, 0);
    expect(queue(0)).toMatchObject({ enabled: false });
    expect(read(LegacyMmio.QUEUE_PFN)).toBe(0);
  });

  test("can be beyond any memory, which stops the device", () => {
    write(LegacyMmio.GUEST_PAGE_SIZE, 2 ** 31);
    write(LegacyMmio.QUEUE_PFN, 0xffffffff);
    expect(read(LegacyMmio.QUEUE_PFN)).toBe(0xffffffff);
    write(Mmio.STATUS, Status.DRIVER_OK);
    write(Mmio.QUEUE_NOTIFY, 0);
    expect(machine.counters.faults).toEqual({ "ring-address": 1 });
  });

  test("has none of the registers of version 2", () => {
    for (const offset of [
      Mmio.QUEUE_READY,
      Mmio.QUEUE_DESC,
      Mmio.QUEUE_RESET,
      Mmio.SHM_LEN,
      Mmio.CONFIG_GENERATION,
    ]) {
      write(offset, 1);
      expect(read(offset)).toBe(0);
    }
    expect(queue(0)).toMatchObject({ enabled: false, descriptors: 0 });
  });
});

test("the page size outlives a reset; the selection and alignments do not", () => {
  write(LegacyMmio.GUEST_PAGE_SIZE, 0x4000);
  write(Mmio.QUEUE_SEL, 1);
  write(LegacyMmio.QUEUE_ALIGN, 64);
  write(Mmio.STATUS, 0);
  expect(read(Mmio.QUEUE_SEL)).toBe(0);
  write(Mmio.QUEUE_SEL, 1);
  write(LegacyMmio.QUEUE_PFN, 2);
  expect(queue(1)).toMatchObject({ descriptors: 0x8000, device: 0x9000 });
});

test("a driver that does not know FEATURES_OK is checked at DRIVER_OK (MMIO-12)", () => {
  machine = new Machine({ silentDeflate: "never" });
  registers = new MmioTransport(machine.virtio, { version: 1 });
  write(Mmio.STATUS, Status.ACKNOWLEDGE | Status.DRIVER);
  write(Mmio.DRIVER_FEATURES, 0);
  write(Mmio.STATUS, Status.ACKNOWLEDGE | Status.DRIVER | Status.DRIVER_OK);
  expect(read(Mmio.STATUS)).toBe(Status.ACKNOWLEDGE | Status.DRIVER | Status.DRIVER_OK | Status.NEEDS_RESET);
  expect(read(Mmio.INTERRUPT_STATUS)).toBe(2);
});

test("the configuration can be written byte by byte, and takes effect with the last byte", () => {
  const actual: number[] = [];
  machine.device.on("actual", (bytes) => actual.push(bytes / 4096));
  [0x04, 0x03, 0x02, 0x01].forEach((byte, i) => {
    write(ACTUAL + i, byte, 1);
  });
  expect(actual).toEqual([0x01020304]);
  expect(read(ACTUAL)).toBe(0x01020304);
});

describe("what the driver has selected", () => {
  test("goes on in another device: between two bytes, and between the alignment and the page number", () => {
    write(LegacyMmio.GUEST_PAGE_SIZE, 0x4000);
    write(Mmio.QUEUE_SEL, 1);
    write(LegacyMmio.QUEUE_ALIGN, 64);
    write(ACTUAL, 0x5678, 2);
    const saved = JSON.parse(JSON.stringify(registers.selection)) as MmioSelection;
    const other = new Machine();
    expect(other.device.restore(machine.device.state())).toBeUndefined();
    const there = new MmioTransport(other.virtio, { version: 1 });
    there.selection = saved;
    there.write(ACTUAL + 2, 2, 0x1234);
    there.write(LegacyMmio.QUEUE_PFN, 4, 2);
    expect(other.device.actual).toBe(0x12345678 * 4096);
    expect(other.virtio.queues[1]!.state()).toMatchObject({ descriptors: 0x8000, device: 0x8940 });
  });

  const good = { deviceFeature: 0, driverFeature: 0, queue: 0 };
  const legacy = { pageBytes: 4096, alignments: [4096, 4096, 4096, 4096, 4096], partial: { value: 0 } };

  test.each<[name: string, selection: object]>([
    ["selection.queue", { ...good, queue: -1, legacy: { ...legacy, pageBytes: 8192 } }],
    ["selection.driverFeature", { ...good, driverFeature: "0", legacy }],
    ["selection: expected one of version 1, got one of version 2", good],
    ["selection.legacy.pageBytes", { ...good, legacy: { ...legacy, pageBytes: 3 } }],
    ["selection.legacy.alignments", { ...good, legacy: { ...legacy, alignments: [1, 2, 3, 4, 5] } }],
    ["selection.legacy.alignments.length", { ...good, legacy: { ...legacy, alignments: [] } }],
    ["selection.legacy.partial", { ...good, legacy: { ...legacy, partial: null } }],
    ["selection.legacy.partial.field", { ...good, legacy: { ...legacy, partial: { field: 1.5, value: 0 } } }],
    ["selection.legacy.partial.value", { ...good, legacy: { ...legacy, partial: { value: 2 ** 32 } } }],
  ])("is refused with a wrong %s, and nothing changes", (name, selection) => {
    write(Mmio.QUEUE_SEL, 2);
    const before = registers.selection;
    expect(() => {
      registers.selection = selection as MmioSelection;
    }).toThrow(name);
    expect(registers.selection).toEqual(before);
  });

  test("of version 1 is not taken by a device of version 2", () => {
    const other = new MmioTransport(machine.virtio);
    expect(() => {
      other.selection = registers.selection;
    }).toThrow("selection: expected one of version 2, got one of version 1");
    other.selection = { ...good, queue: 3 };
    expect(other.selection).toEqual({ ...good, queue: 3 });
  });
});

test("a mock driver finds out the version by itself", () => {
  const driver = new MockDriver(registers, machine.memory, 512 * 4096, MmioDriverTransport);
  expect(driver.negotiate(WILL)).toBe(true);
  const inflate = driver.queue(0, 64);
  driver.ready();
  inflate.add(machine.words(driver, 7, 8));
  inflate.kick();
  expect(inflate.used()).toHaveLength(1);
  expect(machine.counters).toMatchObject({ balloonedFrames: 2, faults: {}, accepted: ["WILL_TELL_HOST"] });
  driver.resetQueue(0);
  expect(machine.virtio.queues[0]!.enabled).toBe(false);
});
