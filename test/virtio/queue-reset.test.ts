import { beforeEach, describe, expect, test } from "vitest";
import { Bar, Common, Status } from "../../src/virtio/index.ts";
import type { MockDriver, MockQueue } from "../../src/virtio/index.ts";
import { FEATURES, Machine, NAMES } from "./legacy-mmio-machine.ts";

const { WILL, STATS, VERSION_1, RING_RESET } = FEATURES;
const ALL = WILL | STATS | VERSION_1 | RING_RESET;
const INFLATE = 0;
const DEFLATE = 1;
const STATISTICS = 2;

let machine: Machine;
let driver: MockDriver;

const send = (queue: MockQueue, ...pfns: number[]): void => {
  queue.add(machine.words(driver, ...pfns));
  queue.kick();
};

describe.each(NAMES)("a queue that is reset alone, over %s,", (name) => {
  let inflate: MockQueue;
  let deflate: MockQueue;
  let stats: MockQueue;

  beforeEach(() => {
    machine = new Machine({ onLockFailure: "withhold" });
    driver = machine.driver(name);
    driver.negotiate(ALL);
    inflate = driver.queue(INFLATE);
    deflate = driver.queue(DEFLATE);
    stats = driver.queue(STATISTICS);
    driver.ready();
  });

  test("is not served until it is set up again, elsewhere and from its start (QRESET-1, QRESET-2, QRESET-3, MMIO-7)", () => {
    send(inflate, 7);
    driver.resetQueue(INFLATE);
    expect(machine.virtio.queues[INFLATE]!.state()).toEqual({
      size: 128,
      enabled: false,
      descriptors: 0,
      driver: 0,
      device: 0,
      nextAvail: 0,
      nextUsed: 0,
    });
    send(inflate, 8);
    expect(inflate.used()).toHaveLength(1);
    const again = driver.queue(INFLATE);
    send(again, 9);
    expect(again.used()).toEqual([{ head: 0, written: 0 }]);
    expect([...machine.device.pages.allRuns()]).toEqual([7, 1, 9, 1]);
  });

  test("leaves the other queues, the pages and the negotiation alone (QRESET-2)", () => {
    send(inflate, 7, 8);
    driver.resetQueue(INFLATE);
    send(deflate, 8);
    expect(deflate.used()).toHaveLength(1);
    expect(machine.counters).toMatchObject({
      balloonedFrames: 1,
      outcome: { lockPolicy: "on" },
      needsReset: false,
    });
    expect(driver.status & Status.DRIVER_OK).toBe(Status.DRIVER_OK);
  });

  test("no longer has a statistics buffer: none is returned, a new one is taken (QRESET-1)", () => {
    stats.add(machine.statistics(driver, 1));
    stats.kick();
    driver.resetQueue(STATISTICS);
    expect(machine.device.requestStats()).toBe(false);
    const again = driver.queue(STATISTICS);
    again.add(machine.statistics(driver, 2));
    again.kick();
    expect(machine.device.counters().stats).toEqual({ MEMFREE: 2n });
    expect(machine.device.requestStats()).toBe(true);
    expect(again.used()).toEqual([{ head: 0, written: 0 }]);
    expect([stats.used(), machine.counters.faults]).toEqual([[], {}]);
  });

  test("no longer has a withheld deflate: its pages stay ballooned", () => {
    send(inflate, 7, 8);
    machine.host.lockLimit = machine.host.lockedFrames;
    send(deflate, 7);
    expect(machine.counters.withheld).toBe(true);
    expect(machine.planned.size).toBe(1);
    driver.resetQueue(DEFLATE);
    expect(machine.counters).toMatchObject({ withheld: false, balloonedFrames: 2 });
    expect(machine.planned.size).toBe(0);
    machine.host.lockLimit = Infinity;
    const again = driver.queue(DEFLATE);
    send(again, 7, 8);
    expect(again.used()).toEqual([{ head: 0, written: 0 }]);
    expect([machine.counters.balloonedFrames, deflate.used()]).toEqual([0, []]);
  });

  test("keeps the ring features of the negotiation", () => {
    driver.reset();
    driver.negotiate(ALL | (1n << 29n));
    driver.queue(INFLATE);
    driver.ready();
    driver.resetQueue(INFLATE);
    const queue = driver.queue(INFLATE);
    queue.setUsedEvent(5);
    driver.interrupts();
    send(queue, 7);
    expect(queue.used()).toHaveLength(1);
    expect(driver.interrupts().queue).toBe(false);
  });
});

describe("the register of modern virtio-pci", () => {
  beforeEach(() => {
    machine = new Machine();
    driver = machine.driver("modern PCI");
  });

  test("is the last of the structure that the capability describes", () => {
    expect(Bar.COMMON_BYTES).toBe(Common.QUEUE_RESET + 2);
  });

  test("needs the feature", () => {
    expect(driver.offered & RING_RESET).toBe(RING_RESET);
    driver.negotiate(ALL & ~RING_RESET);
    const queue = driver.queue(INFLATE);
    driver.ready();
    driver.resetQueue(INFLATE);
    send(queue, 7);
    expect(queue.used()).toHaveLength(1);
  });

  test("needs FEATURES_OK as well", () => {
    driver.transport.writeFeatures(ALL);
    driver.queue(INFLATE);
    driver.resetQueue(INFLATE);
    expect(machine.virtio.queues[INFLATE]!.enabled).toBe(true);
  });

  test("reads 0 when the reset is over, which is at once; only 1 resets (PCI-12)", () => {
    driver.negotiate(ALL);
    driver.queue(INFLATE);
    driver.ready();
    driver.bar.write(Common.QUEUE_SELECT, 2, INFLATE);
    for (const value of [0, 2, 0xffff]) driver.bar.write(Common.QUEUE_RESET, 2, value);
    expect(driver.bar.read(Common.QUEUE_ENABLE, 2)).toBe(1);
    driver.bar.write(Common.QUEUE_RESET, 2, 1);
    expect(driver.bar.read(Common.QUEUE_RESET, 2)).toBe(0);
    expect(driver.bar.read(Common.QUEUE_ENABLE, 2)).toBe(0);
  });

  test("comes after the notification data, which is the queue's number", () => {
    driver.bar.write(Common.QUEUE_SELECT, 2, 3);
    expect(driver.bar.read(0x38, 2)).toBe(3);
    expect(driver.bar.read(0x38, 4)).toBe(3);
  });
});
