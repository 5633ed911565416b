import { beforeEach, describe, expect, test } from "vitest";
import { Legacy, LegacyBar, LegacyPciTransport, Status } from "../../src/virtio/index.ts";
import type { MockDriver } from "../../src/virtio/index.ts";
import { FEATURES, Machine } from "./legacy-mmio-machine.ts";
import { Toy } from "./toy.ts";
import { modelOf } from "../balloon/internals.ts";

const { WILL, STATS } = FEATURES;
const ACTUAL = Legacy.DEVICE + 4;

let machine: Machine;
let driver: MockDriver;
let told: string[];

function start(...options: ConstructorParameters<typeof Machine>): void {
  machine = new Machine(...options);
  driver = machine.driver("legacy PCI");
  told = [];
  machine.device.on("needs-reset", (reason) => told.push(reason));
}

const read = (offset: number, width: number): number => driver.bar.read(offset, width);
const write = (offset: number, width: number, value: number): void => {
  driver.bar.write(offset, width, value);
};

beforeEach(() => {
  start();
});

describe("the registers", () => {
  test("offer the low 32 features only (FEATURE-7, LEGACY-5)", () => {
    start({ silentDeflateBit: 50 });
    expect(modelOf(machine.device).offeredFeatures >> 32n).not.toBe(0n);
    expect(BigInt(read(Legacy.DEVICE_FEATURES, 4))).toBe(
      modelOf(machine.device).offeredFeatures & 0xffffffffn,
    );
  });

  test("place a queue by its page number, with the used ring at the start of a page (LEGACY-6)", () => {
    write(Legacy.QUEUE_SELECT, 2, 1);
    expect(read(Legacy.QUEUE_SELECT, 2)).toBe(1);
    expect(read(Legacy.QUEUE_SIZE, 2)).toBe(128);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0);
    write(Legacy.QUEUE_PFN, 4, 0x20);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0x20);
    // 128 descriptors of 16 bytes; 128 entries, three words more and padding.
    expect(machine.virtio.queues[1]!.state()).toMatchObject({
      enabled: true,
      size: 128,
      descriptors: 0x20000,
      driver: 0x20800,
      device: 0x21000,
    });
  });

  test("do not let the driver choose a queue's size, or move a queue that is placed", () => {
    write(Legacy.QUEUE_SIZE, 2, 64);
    expect(read(Legacy.QUEUE_SIZE, 2)).toBe(128);
    write(Legacy.QUEUE_PFN, 4, 0x20);
    write(Legacy.QUEUE_PFN, 4, 0x30);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0x20);
  });

  test("take a queue back with page number 0, and place it again", () => {
    write(Legacy.QUEUE_PFN, 4, 0x20);
    write(Legacy.QUEUE_PFN, 4, 0);
    expect(machine.virtio.queues[0]!.enabled).toBe(false);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0);
    write(Legacy.QUEUE_PFN, 4, 0x30);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0x30);
  });

  test("can contain the highest page number, which is outside any memory", () => {
    write(Legacy.QUEUE_PFN, 4, 0xffffffff);
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0xffffffff);
    write(Legacy.DEVICE_STATUS, 1, Status.DRIVER_OK);
    write(Legacy.QUEUE_NOTIFY, 2, 0);
    expect(machine.counters.faults).toEqual({ "ring-address": 1 });
  });

  test("clear the interrupt status when it is read", () => {
    write(Legacy.DEVICE_STATUS, 1, Status.DRIVER_OK);
    machine.device.target = 1 * 4096;
    expect(machine.line).toBe(true);
    expect(read(Legacy.ISR, 1)).toBe(2);
    expect(machine.line).toBe(false);
    expect(read(Legacy.ISR, 1)).toBe(0);
  });

  test("are zero beyond the BAR", () => {
    machine.device.target = 5 * 4096;
    expect([read(Legacy.DEVICE, 4), read(0x40, 4), read(0x1000, 1)]).toEqual([5, 0, 0]);
    write(0x40, 4, 1);
    expect(machine.counters.faults).toEqual({});
    // The model would throw there, so it must not be asked.
    const { virtio } = new Toy();
    expect(new LegacyBar(virtio).read(0x40, 4)).toBe(0);
  });

  test("select queue 0 after a reset, and after nothing else", () => {
    write(Legacy.QUEUE_SELECT, 2, 2);
    write(Legacy.DEVICE_STATUS, 1, Status.ACKNOWLEDGE);
    expect(read(Legacy.QUEUE_SELECT, 2)).toBe(2);
    driver.reset();
    expect(read(Legacy.QUEUE_SELECT, 2)).toBe(0);
  });
});

describe("queues are numbered over the features that the driver took", () => {
  test.each([
    ["STATS_VQ", STATS, [128, 128, 128, 0, 0]],
    ["none", 0n, [128, 128, 128, 0, 0]],
    ["WILL_TELL_HOST", WILL, [128, 128, 0, 0, 0]],
  ])("%s", (_, features, sizes) => {
    driver.negotiate(features);
    expect([0, 1, 2, 3, 4].map((index) => driver.transport.queueSize(index))).toEqual(sizes);
  });

  test("except that a queue placed before the features are written keeps its place", () => {
    write(Legacy.QUEUE_PFN, 4, 0x20);
    write(Legacy.DRIVER_FEATURES, 4, Number(WILL));
    expect(read(Legacy.QUEUE_PFN, 4)).toBe(0x20);
    write(Legacy.QUEUE_SELECT, 2, 2);
    expect(read(Legacy.QUEUE_SIZE, 2)).toBe(0);
  });

  test("even none, if that is the driver's last write", () => {
    driver.negotiate(0n);
    driver.ready();
    expect(driver.transport.queueSize(2)).toBe(0);
  });
});

describe("a driver that has no FEATURES_OK", () => {
  test("is checked at DRIVER_OK, and its features are fixed then", () => {
    driver.negotiate(WILL);
    expect(machine.counters.outcome).toBeUndefined();
    driver.ready();
    expect(machine.counters.outcome).toMatchObject({ result: "accepted", lockPolicy: "on" });
    driver.transport.writeFeatures(0n);
    expect(machine.virtio.accepted).toBe(WILL);
  });

  test("may use a queue before DRIVER_OK, and is checked then (LEGACY-9)", () => {
    driver.negotiate(WILL);
    const queue = driver.queue(0);
    queue.add(machine.words(driver, 7));
    queue.kick();
    expect(machine.counters).toMatchObject({ balloonedFrames: 1, outcome: { result: "accepted" } });
    expect(queue.used()).toHaveLength(1);
    expect(driver.interrupts().queue).toBe(true);
    let outcomes = 0;
    machine.device.on("negotiated", () => outcomes++);
    driver.ready();
    expect(outcomes).toBe(0);
    expect(machine.counters.balloonedFrames).toBe(1);
  });

  test.each([
    ["takes neither bit of a device that must be told", 0n],
    ["takes a feature that was not offered", WILL | (1n << 27n)],
  ])("and %s stops the device at DRIVER_OK (LEG-F1)", (_, features) => {
    start({ silentDeflate: "never" });
    driver.negotiate(features);
    const queue = driver.queue(0);
    queue.add(machine.words(driver, 7));
    driver.ready();
    expect(driver.status).toBe(Status.ACKNOWLEDGE | Status.DRIVER | Status.DRIVER_OK | Status.NEEDS_RESET);
    expect(driver.interrupts()).toEqual({ queue: false, config: true });
    queue.kick();
    expect(queue.used()).toEqual([]);
    expect(machine.counters).toMatchObject({ balloonedFrames: 0, outcome: { result: "needs-reset" } });
    expect(machine.host.lockedFrames).toBe(1024);
    expect(told).toEqual([machine.counters.outcome?.reason]);
  });

  test("and is refused at its first use of a queue is told at DRIVER_OK", () => {
    start({ silentDeflate: "never" });
    driver.negotiate(0n);
    const queue = driver.queue(0);
    queue.add(machine.words(driver, 7));
    queue.kick();
    expect(driver.status & Status.NEEDS_RESET).toBe(Status.NEEDS_RESET);
    expect(machine.line).toBe(false);
    driver.ready();
    expect(driver.interrupts()).toEqual({ queue: false, config: true });
    expect(queue.used()).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test("and was refused may try again after a reset", () => {
    start({ silentDeflate: "never" });
    driver.negotiate(0n);
    driver.ready();
    driver.negotiate(WILL);
    driver.queue(0);
    driver.ready();
    expect(driver.status & Status.NEEDS_RESET).toBe(0);
  });
});

describe("a configuration field that is written in parts", () => {
  let actual: number[];

  beforeEach(() => {
    actual = [];
    machine.device.on("actual", (bytes) => actual.push(bytes / 4096));
  });

  test("takes effect with its last byte, and reads as before until then (LEG-C3)", () => {
    [0x04, 0x03, 0x02].forEach((byte, i) => {
      write(ACTUAL + i, 1, byte);
    });
    expect(actual).toEqual([]);
    expect(read(ACTUAL, 4)).toBe(0);
    write(ACTUAL + 3, 1, 0x01);
    expect(actual).toEqual([0x01020304]);
    expect(read(ACTUAL, 4)).toBe(0x01020304);
  });

  test("may come in two halves, whole, or across a border (LEGACY-3)", () => {
    write(ACTUAL, 2, 0x5678);
    write(ACTUAL + 2, 2, 0x1234);
    write(ACTUAL, 4, 0xfffefdfc);
    write(ACTUAL, 1, 0x11);
    write(ACTUAL + 1, 2, 0x3322);
    write(ACTUAL + 3, 2, 0x9944);
    expect(actual).toEqual([0x12345678, 0xfffefdfc, 0x44332211]);
  });

  test("keeps the bytes that do not come", () => {
    write(ACTUAL, 4, 0x01020304);
    write(ACTUAL + 3, 1, 0xff);
    expect(actual).toEqual([0x01020304, 0xff020304]);
  });

  test("is forgotten when another field is begun, or the device is reset", () => {
    write(ACTUAL, 1, 0x77);
    write(Legacy.DEVICE, 1, 0x77);
    write(ACTUAL + 3, 1, 0);
    write(ACTUAL, 1, 0x77);
    driver.reset();
    write(ACTUAL + 3, 1, 0);
    expect(actual).toEqual([0, 0]);
  });

  test("is written by the driver byte by byte, and no byte more", () => {
    const bar = new LegacyBar(machine.virtio);
    expect(bar.selection).toEqual({ queue: 0, partial: { field: undefined, value: 0 } });
    new LegacyPciTransport(bar).writeConfig(4, 4, 0x01020304);
    expect(actual).toEqual([0x01020304]);
    expect(bar.selection.partial.field).toBeUndefined();
  });

  test("is one fault if the driver may not write it", () => {
    driver.writeConfig(0, 5);
    expect(machine.counters.faults).toEqual({ "config-write": 1 });
  });

  test("continues from a snapshot between two of its bytes", () => {
    const bar = new LegacyBar(machine.virtio);
    bar.write(Legacy.QUEUE_SELECT, 2, 1);
    bar.write(ACTUAL, 2, 0x5678);
    const { selection } = bar;
    const other = new LegacyBar(machine.virtio);
    other.selection = selection;
    other.write(ACTUAL + 2, 2, 0x1234);
    expect(actual).toEqual([0x12345678]);
    expect(other.read(Legacy.QUEUE_SELECT, 2)).toBe(1);
    expect(other.selection.partial.field).toBeUndefined();
    bar.write(ACTUAL + 2, 1, 0x99);
    expect(selection.partial.value).toBe(0x5678);
  });
});

describe("a state", () => {
  test("of a legacy driver is checked as one, even on a host that must be told", () => {
    driver.negotiate(WILL | STATS);
    const queue = driver.queue(0);
    driver.ready();
    const other = new Machine({ silentDeflate: "never" });
    expect(other.device.restore(machine.device.state())).toBeUndefined();
    expect(other.virtio.interface).toBe("legacy");
    expect(other.counters.outcome).toMatchObject({ lockPolicy: "on" });
    expect(other.virtio.queues[0]).toMatchObject({ enabled: true, device: queue.device });
  });

  test("of a silent legacy driver is refused by a host that must be told", () => {
    driver.negotiate(0n);
    driver.ready();
    const other = new Machine({ silentDeflate: "never" });
    expect(other.device.restore(machine.device.state())).toContain("WILL_TELL_HOST");
  });

  test("between the features and DRIVER_OK keeps the queues that are placed", () => {
    driver.negotiate(WILL);
    driver.queue(0);
    const other = new Machine();
    expect(other.device.restore(machine.device.state())).toBeUndefined();
    const there = other.driver("legacy PCI");
    there.ready();
    expect(other.virtio.queues[0]!.enabled).toBe(true);
    expect(other.counters.outcome).toMatchObject({ lockPolicy: "on" });
  });

  test("of a modern driver that has not said FEATURES_OK shows all queues", () => {
    const modern = machine.driver("modern PCI");
    modern.transport.writeFeatures(WILL);
    expect(modern.transport.queueSize(2)).toBe(128);
    const other = new Machine();
    other.device.restore(machine.device.state());
    expect(other.driver("modern PCI").transport.queueSize(2)).toBe(128);
  });

  test("from before the legacy interface existed is a modern driver's", () => {
    const modern = machine.driver("modern PCI");
    modern.negotiate(modelOf(machine.device).offeredFeatures);
    const state = machine.device.state();
    const other = new Machine();
    const virtio = { ...state.virtio, interface: undefined };
    expect(other.device.restore({ ...state, virtio })).toBeUndefined();
    expect(other.virtio.interface).toBe("modern");
    driver = other.driver("legacy PCI");
    write(Legacy.DRIVER_FEATURES, 4, 0);
    driver.ready();
    expect(other.virtio.has(Status.DRIVER_OK)).toBe(false);
  });
});
