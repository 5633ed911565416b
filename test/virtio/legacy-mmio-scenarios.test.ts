import { beforeEach, describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { Status } from "../../src/virtio/index.ts";
import type { MockDriver, MockQueue } from "../../src/virtio/index.ts";
import { FEATURES, FRAMES, Machine, NAMES } from "./legacy-mmio-machine.ts";

const { WILL, STATS, VERSION_1 } = FEATURES;

describe.each(NAMES)("over %s,", (name) => {
  let machine: Machine;
  let driver: MockDriver;
  let inflate: MockQueue;
  let deflate: MockQueue;
  let stats: MockQueue;

  const modern = !name.startsWith("legacy");

  beforeEach(() => {
    machine = new Machine({ silentDeflate: "never" });
    driver = machine.driver(name);
    expect(driver.negotiate((driver.offered & (WILL | STATS | VERSION_1)) | WILL)).toBe(true);
    inflate = driver.queue(0);
    deflate = driver.queue(1);
    stats = driver.queue(2);
    driver.ready();
  });

  const send = (queue: MockQueue, ...pfns: number[]): void => {
    queue.add(machine.words(driver, ...pfns));
    queue.kick();
  };

  test("the features are negotiated, and a driver that knows FEATURES_OK sees it", () => {
    expect(machine.counters.accepted.includes("VERSION_1")).toBe(modern);
    expect(machine.counters.outcome).toMatchObject({ result: "accepted", lockPolicy: "on" });
    expect(driver.status).toBe(
      Status.ACKNOWLEDGE | Status.DRIVER | Status.DRIVER_OK | (modern ? Status.FEATURES_OK : 0),
    );
  });

  test("pages are given and taken back, each batch acknowledged with an interrupt (PCI-16)", () => {
    send(inflate, 7, 8, 9);
    expect(inflate.used()).toEqual([{ head: 0, written: 0 }]);
    expect(machine.line).toBe(true);
    expect(driver.interrupts()).toEqual({ queue: true, config: false });
    expect(machine.line).toBe(false);
    expect(machine.host.lockedFrames).toBe(FRAMES - 3);
    send(deflate, 8);
    expect(deflate.used()).toEqual([{ head: 0, written: 0 }]);
    expect([...machine.device.pages.allRuns()]).toEqual([7, 1, 9, 1]);
    expect(machine.host.lockedFrames).toBe(FRAMES - 2);
    expect(machine.counters.faults).toEqual({});
  });

  test("more batches than the queue has descriptors are served, one by one", () => {
    for (let pfn = 0; pfn < 300; pfn++) send(inflate, pfn);
    expect(inflate.used()).toHaveLength(300);
    expect(machine.counters.balloonedFrames).toBe(300);
  });

  test("a new target raises a configuration interrupt, and the driver's count reaches the host (DRV-O12, PCI-16)", () => {
    machine.device.target = 0x123 * 4096;
    expect(driver.interrupts()).toEqual({ queue: false, config: true });
    expect(driver.readConfig(ConfigField.NUM_PAGES)).toBe(0x123);
    expect([0, 1, 2, 3].map((i) => driver.readConfig(ConfigField.NUM_PAGES + i, 1))).toEqual([0x23, 1, 0, 0]);
    const heard: number[] = [];
    machine.device.on("actual", (bytes) => heard.push(bytes));
    driver.writeConfig(ConfigField.ACTUAL, 0x10203);
    expect(heard).toEqual([0x10203 * 4096]);
    expect(driver.readConfig(ConfigField.ACTUAL)).toBe(0x10203);
  });

  test("a statistics buffer is kept, and returned to ask for new statistics", () => {
    stats.add(machine.statistics(driver, 1000));
    stats.kick();
    expect(stats.used()).toEqual([]);
    expect(machine.device.requestStats()).toBe(true);
    expect(stats.used()).toEqual([{ head: 0, written: 0 }]);
    stats.add(machine.statistics(driver, 2000));
    stats.kick();
    expect(machine.device.counters().stats).toEqual({ MEMFREE: 2000n });
  });

  test("the first statistics after a reset are ignored if the driver is a legacy one (LEG-S2)", () => {
    const first = modern ? { MEMFREE: 1000n } : {};
    stats.add(machine.statistics(driver, 1000));
    stats.kick();
    expect(machine.device.counters().stats).toEqual(first);
    expect(machine.device.requestStats()).toBe(true);
    // Saved while the device has no buffer: the next one is not the first.
    machine.device.restore(machine.device.state());
    stats.add(machine.statistics(driver, 2000));
    stats.kick();
    expect(machine.device.counters().stats).toEqual({ MEMFREE: 2000n });
  });

  test("a reset gives all pages back, and the next driver starts from nothing", () => {
    send(inflate, 7);
    driver.reset();
    expect(driver.status).toBe(0);
    expect(machine.counters).toMatchObject({ balloonedFrames: 0, accepted: [] });
    expect(machine.line).toBe(false);
    expect(driver.negotiate(WILL | VERSION_1)).toBe(true);
    inflate = driver.queue(0);
    driver.ready();
    send(inflate, 20);
    expect(machine.counters.balloonedFrames).toBe(1);
  });

  test("a corrupt ring stops the device, which reports it and takes nothing more", () => {
    inflate.publish(inflate.size + 1);
    inflate.kick();
    expect(driver.status & Status.NEEDS_RESET).toBe(Status.NEEDS_RESET);
    expect(driver.interrupts().config).toBe(true);
    send(deflate, 7);
    expect(deflate.used()).toEqual([]);
  });

  test("rings outside memory stop the device", () => {
    driver.reset();
    driver.negotiate(WILL | VERSION_1);
    const rings = { descriptors: FRAMES * 4096, driver: FRAMES * 4096 + 2048, device: FRAMES * 4096 + 4096 };
    driver.transport.enableQueue(0, 128, rings);
    driver.ready();
    driver.transport.notify(0);
    expect(driver.status & Status.NEEDS_RESET).toBe(Status.NEEDS_RESET);
    expect(machine.counters.faults).toEqual({ "ring-address": 1 });
  });

  test("a guest continues after its device was saved and restored", () => {
    send(inflate, 7, 8);
    const { status } = driver;
    expect(machine.device.restore(machine.device.state())).toBeUndefined();
    expect(driver.status).toBe(status);
    expect(driver.interrupts().queue).toBe(true);
    send(deflate, 8);
    send(inflate, 9);
    expect([inflate.used(), deflate.used()].map(({ length }) => length)).toEqual([2, 1]);
    expect([...machine.device.pages.allRuns()]).toEqual([7, 1, 9, 1]);
    expect(machine.host.lockedFrames).toBe(FRAMES - 2);
  });

  test("a queue number that does not exist does nothing", () => {
    for (const index of [3, 4, 5, 100, 0xffff]) {
      driver.transport.enableQueue(index, 128, { descriptors: 4096, driver: 8192, device: 12288 });
      expect(machine.virtio.queues.filter(({ enabled }) => enabled)).toHaveLength(3);
      driver.transport.notify(index);
      driver.transport.resetQueue(index);
      expect(driver.transport.queueSize(index)).toBe(0);
    }
    expect(driver.status & Status.NEEDS_RESET).toBe(0);
  });
});
