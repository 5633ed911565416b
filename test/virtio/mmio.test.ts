import { beforeEach, describe, expect, test } from "vitest";
import { Isr, Mmio, MmioTransport, Status } from "../../src/virtio/index.ts";
import type { MockDriver } from "../../src/virtio/index.ts";
import { FEATURES, Machine } from "./legacy-mmio-machine.ts";
import { modelOf } from "../balloon/internals.ts";

const { WILL, VERSION_1 } = FEATURES;

let machine: Machine;
let driver: MockDriver;

const read = (offset: number): number => driver.bar.read(offset, 4);
const write = (offset: number, value: number): void => {
  driver.bar.write(offset, 4, value);
};

beforeEach(() => {
  machine = new Machine();
  driver = machine.driver("MMIO");
});

test("the first registers identify the device (MMIO-1)", () => {
  expect(
    ["MAGIC_VALUE", "VERSION", "DEVICE_ID", "VENDOR_ID"].map((name) => read(Mmio[name as keyof typeof Mmio])),
  ).toEqual([0x74726976, 2, 5, 0x1af4]);
});

test("features show in 32-bit windows, as many as there are", () => {
  const { offeredFeatures } = modelOf(machine.device);
  [0, 1, 2].forEach((window) => {
    write(Mmio.DEVICE_FEATURES_SEL, window);
    expect(BigInt(read(Mmio.DEVICE_FEATURES))).toBe((offeredFeatures >> BigInt(32 * window)) & 0xffffffffn);
  });
  expect(driver.offered).toBe(offeredFeatures);
});

test("the driver's selections are part of a saved state", () => {
  const transport = new MmioTransport(machine.virtio);
  expect(transport.selection).toEqual({ deviceFeature: 0, driverFeature: 0, queue: 0 });
  transport.write(Mmio.DEVICE_FEATURES_SEL, 4, 1);
  transport.write(Mmio.DRIVER_FEATURES_SEL, 4, 2);
  transport.write(Mmio.QUEUE_SEL, 4, 3);
  expect(transport.selection).toEqual({ deviceFeature: 1, driverFeature: 2, queue: 3 });
});

test("a write to the first field of the configuration reaches the device, which forbids it", () => {
  write(Mmio.CONFIG, 5);
  expect(machine.counters.faults).toEqual({ "config-write": 1 });
});

test("a queue that does not exist is not ready", () => {
  write(Mmio.QUEUE_SEL, 77);
  write(Mmio.QUEUE_READY, 1);
  expect(read(Mmio.QUEUE_READY)).toBe(0);
});

test("there is no shared memory (MMIO-8)", () => {
  expect([0xb0, 0xb4, 0xb8, 0xbc].map(read)).toEqual([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]);
});

describe("interrupts", () => {
  beforeEach(() => {
    driver.negotiate(WILL | VERSION_1);
    const queue = driver.queue(0);
    driver.ready();
    queue.add(machine.words(driver, 7));
    queue.kick();
    machine.device.target = 3 * 4096;
  });

  test("stay until each is acknowledged (MMIO-2)", () => {
    expect([read(Mmio.INTERRUPT_STATUS), read(Mmio.INTERRUPT_STATUS)]).toEqual([3, 3]);
    write(Mmio.INTERRUPT_ACK, Isr.QUEUE);
    expect(read(Mmio.INTERRUPT_STATUS)).toBe(Isr.CONFIG);
    expect(machine.line).toBe(true);
    write(Mmio.INTERRUPT_ACK, Isr.CONFIG);
    expect(read(Mmio.INTERRUPT_STATUS)).toBe(0);
    expect(machine.line).toBe(false);
  });

  test("do not go away when another interrupt, or none, is acknowledged", () => {
    write(Mmio.INTERRUPT_ACK, 0xfffffffc);
    write(Mmio.INTERRUPT_ACK, 0);
    expect(read(Mmio.INTERRUPT_STATUS)).toBe(3);
    expect(machine.line).toBe(true);
  });
});

describe("registers are 32 bits wide", () => {
  test("other widths read 0 and write nothing", () => {
    for (const width of [1, 2]) {
      expect(driver.bar.read(Mmio.MAGIC_VALUE, width)).toBe(0);
      driver.bar.write(Mmio.STATUS, width, Status.ACKNOWLEDGE);
    }
    expect(read(Mmio.STATUS)).toBe(0);
  });

  test("but the configuration can be read and written in bytes", () => {
    machine.device.target = 0x3ff * 4096;
    expect([driver.bar.read(Mmio.CONFIG, 1), driver.bar.read(Mmio.CONFIG + 1, 1)]).toEqual([0xff, 3]);
    expect(driver.bar.read(Mmio.CONFIG, 2)).toBe(0x3ff);
    expect(driver.bar.read(0xffc, 4)).toBe(0);
  });

  test("what is between registers reads 0, at any offset", () => {
    const known = new Set<number>(Object.values(Mmio));
    for (let offset = 0; offset < Mmio.CONFIG; offset += 4) {
      if (known.has(offset) || known.has(offset - 4)) continue;
      write(offset, 0xffffffff);
      expect(read(offset)).toBe(0);
    }
    expect(machine.device.state().virtio).toMatchObject({ status: 0, accepted: 0n });
  });
});

test("the status has 8 bits, even in a register of 32", () => {
  write(Mmio.STATUS, 0xffffff01);
  expect(read(Mmio.STATUS)).toBe(1);
  write(Mmio.STATUS, 0x100);
  expect(read(Mmio.STATUS)).toBe(0);
});

test("the generation changes with the configuration, once (MMIO-4)", () => {
  const before = read(Mmio.CONFIG_GENERATION);
  machine.device.target = 9 * 4096;
  const after = read(Mmio.CONFIG_GENERATION);
  expect(after).not.toBe(before);
  expect(read(Mmio.CONFIG_GENERATION)).toBe(after);
});

describe("a queue", () => {
  beforeEach(() => {
    driver.negotiate(WILL | VERSION_1);
    write(Mmio.QUEUE_SEL, 0);
  });

  const address = (offset: number): number[] => [read(offset), read(offset + 4)];

  test("is set up with a size chosen by the driver, and addresses of 64 bits", () => {
    expect(read(Mmio.QUEUE_SIZE_MAX)).toBe(128);
    write(Mmio.QUEUE_SIZE, 32);
    write(Mmio.QUEUE_DESC, 0x10000);
    write(Mmio.QUEUE_DRIVER, 0x20000);
    write(Mmio.QUEUE_DEVICE, 0xfffff000);
    write(Mmio.QUEUE_DEVICE + 4, 0x7);
    expect(address(Mmio.QUEUE_DEVICE)).toEqual([0xfffff000, 7]);
    write(Mmio.QUEUE_READY, 1);
    expect(read(Mmio.QUEUE_SIZE_MAX)).toBe(128);
    write(Mmio.QUEUE_READY, 2);
    expect(read(Mmio.QUEUE_READY)).toBe(1);
    expect(machine.virtio.queues[0]!.state()).toMatchObject({
      enabled: true,
      size: 32,
      descriptors: 0x10000,
      driver: 0x20000,
      device: 0x7fffff000,
    });
  });

  test.each([0, 3, 256, 0xffffffff])("cannot have %i descriptors", (size) => {
    write(Mmio.QUEUE_SIZE, size);
    expect(machine.virtio.queues[0]!.size).toBe(128);
  });

  test("cannot be changed while it is ready", () => {
    const { size, descriptors } = driver.queue(0);
    write(Mmio.QUEUE_SIZE, 32);
    write(Mmio.QUEUE_DESC, 0);
    expect(machine.virtio.queues[0]).toMatchObject({ size, descriptors });
  });

  test("is left alone once it is not ready, and can be set up again (MMIO-5)", () => {
    const old = driver.queue(0, 64);
    driver.ready();
    write(Mmio.QUEUE_READY, 0);
    expect(read(Mmio.QUEUE_READY)).toBe(0);
    old.add(machine.words(driver, 7));
    old.kick();
    expect(old.used()).toEqual([]);
    const queue = driver.queue(0);
    queue.add(machine.words(driver, 8));
    queue.kick();
    expect([...machine.device.pages.allRuns()]).toEqual([8, 1]);
  });
});
