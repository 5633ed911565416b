import { beforeEach, describe, expect, test } from "vitest";
import { Common, Status } from "../../src/virtio/index.ts";
import { Toy, VERSION_1 } from "./toy.ts";

const BUFFER = { address: 0x8000, bytes: 4 };
let toy: Toy;

beforeEach(() => {
  toy = new Toy();
});

describe("the status", () => {
  test("is 0 at first, and keeps the bits that a driver sets", () => {
    const { driver } = toy;
    expect(driver.status).toBe(0);
    for (const bits of [Status.ACKNOWLEDGE, Status.DRIVER, Status.FAILED]) driver.setStatus(bits);
    expect(driver.status).toBe(Status.ACKNOWLEDGE | Status.DRIVER | Status.FAILED);
  });

  test("keeps a bit that a driver leaves out, and takes no NEEDS_RESET from it", () => {
    const { bar, driver } = toy;
    bar.write(Common.DEVICE_STATUS, 1, Status.ACKNOWLEDGE);
    bar.write(Common.DEVICE_STATUS, 1, Status.DRIVER | Status.NEEDS_RESET);
    expect(driver.status).toBe(Status.ACKNOWLEDGE | Status.DRIVER);
  });

  test("is reset by 0: status, features, queues, pending interrupt, and the model (STATUS-1)", () => {
    const { driver, bar } = toy;
    driver.negotiate(VERSION_1 | 1n);
    const queue = driver.queue(1, 4);
    driver.ready();
    queue.add(BUFFER);
    queue.kick();
    expect(toy.line.raised).toBe(true);
    toy.log.length = 0;
    driver.reset();
    expect(driver.status).toBe(0);
    expect(toy.log).toEqual(["reset"]);
    expect(toy.line.raised).toBe(false);
    expect(driver.interrupts()).toEqual({ queue: false, config: false });
    expect(bar.read(Common.DRIVER_FEATURE, 4)).toBe(0);
    bar.write(Common.QUEUE_SELECT, 2, 1);
    expect(bar.read(Common.QUEUE_ENABLE, 2)).toBe(0);
    expect(bar.read(Common.QUEUE_SIZE, 2)).toBe(16);
    expect([0, 4].map((half) => bar.read(Common.QUEUE_DESC + half, 4))).toEqual([0, 0]);
  });

  test("is reset by 0 even in a queue whose size stays what it was", () => {
    toy = new Toy([8], 1);
    toy.driver.negotiate(VERSION_1);
    const queue = toy.driver.queue(0, 4);
    toy.driver.ready();
    queue.add(BUFFER);
    queue.kick();
    toy.driver.negotiate(VERSION_1);
    expect(toy.virtio.queues[0]!.state()).toEqual({
      size: 8,
      enabled: false,
      descriptors: 0,
      driver: 0,
      device: 0,
      nextAvail: 0,
      nextUsed: 0,
    });
  });

  test("forgets the driver's selections at a reset", () => {
    const { driver, bar } = toy;
    const selects = [Common.DEVICE_FEATURE_SELECT, Common.DRIVER_FEATURE_SELECT] as const;
    for (const select of selects) bar.write(select, 4, 2);
    bar.write(Common.QUEUE_SELECT, 2, 1);
    driver.reset();
    expect(selects.map((select) => bar.read(select, 4))).toEqual([0, 0]);
    expect(bar.read(Common.QUEUE_SELECT, 2)).toBe(0);
  });
});

describe("FEATURES_OK", () => {
  test("stays set when the model agrees", () => {
    expect(toy.driver.negotiate(VERSION_1 | 1n)).toBe(true);
    expect(toy.virtio.accepted).toBe(VERSION_1 | 1n);
  });

  test("is cleared when the model disagrees, and may be asked for again", () => {
    const { driver, bar } = toy;
    toy.refused = 1n;
    expect(driver.negotiate(VERSION_1 | 1n)).toBe(false);
    expect(driver.status).toBe(Status.ACKNOWLEDGE | Status.DRIVER);
    bar.write(Common.DRIVER_FEATURE_SELECT, 4, 0);
    bar.write(Common.DRIVER_FEATURE, 4, 0);
    driver.setStatus(Status.FEATURES_OK);
    expect(driver.status & Status.FEATURES_OK).not.toBe(0);
    expect(toy.virtio.accepted).toBe(VERSION_1);
  });

  test("is cleared when a bit was not offered (FEATURE-3)", () => {
    expect(toy.driver.negotiate(VERSION_1 | 2n)).toBe(false);
  });

  test("fixes the features (§2.2.2)", () => {
    const { driver, bar } = toy;
    driver.negotiate(VERSION_1);
    bar.write(Common.DRIVER_FEATURE_SELECT, 4, 0);
    bar.write(Common.DRIVER_FEATURE, 4, 1);
    expect(toy.virtio.accepted).toBe(VERSION_1);
    toy.log.length = 0;
    driver.setStatus(Status.FEATURES_OK);
    expect(toy.log).toEqual([]);
  });

  test("gives the queues the sizes of the negotiated features", () => {
    const { driver, bar } = toy;
    const size = (): number => bar.read(Common.QUEUE_SIZE, 2);
    expect(size()).toBe(512);
    driver.negotiate(VERSION_1);
    expect(size()).toBe(256);
  });
});

describe("before DRIVER_OK", () => {
  test("no kick is served and nothing is used; at DRIVER_OK what is available is served (STATUS-2)", () => {
    const { driver } = toy;
    driver.negotiate(VERSION_1);
    const queues = [driver.queue(0), driver.queue(1)];
    const heads = queues.map((queue) => queue.add(BUFFER));
    for (const queue of queues) queue.kick();
    expect(toy.chains).toEqual([]);
    expect(queues.map((queue) => queue.usedIndex)).toEqual([0, 0]);
    expect(toy.line.raises).toBe(0);
    driver.ready();
    expect(toy.chains.map(({ queue, head }) => [queue, head])).toEqual([
      [0, heads[0]],
      [1, heads[1]],
    ]);
    expect(toy.line.raised).toBe(true);
  });

  test("a queue that is not enabled is not looked at, and not later either", () => {
    const { driver, bar } = toy;
    driver.negotiate(VERSION_1);
    driver.ready();
    bar.write(0x40, 2, 0);
    bar.write(0x42, 2, 1);
    bar.write(0x44, 2, 2);
    bar.write(0x4e, 2, 7);
    expect(toy.chains).toEqual([]);
    expect(driver.status & Status.NEEDS_RESET).toBe(0);
  });

  test("a driver that skips FEATURES_OK is not served either (§3.1.1)", () => {
    const { driver } = toy;
    driver.setStatus(Status.ACKNOWLEDGE | Status.DRIVER);
    const queue = driver.queue(0);
    driver.ready();
    queue.add(BUFFER);
    queue.kick();
    expect(toy.chains).toEqual([]);
    expect(queue.usedIndex).toBe(0);
    expect(driver.status).toBe(Status.ACKNOWLEDGE | Status.DRIVER | Status.DRIVER_OK);
  });
});

describe("a kick", () => {
  test("serves the queue of its offset, whatever value is written", () => {
    const { driver, bar } = toy;
    driver.negotiate(VERSION_1);
    const queues = [driver.queue(0), driver.queue(1)];
    driver.ready();
    for (const queue of queues) queue.add(BUFFER);
    bar.write(0x42, 2, 0);
    expect(toy.chains.map(({ queue }) => queue)).toEqual([1]);
    bar.write(0x41, 1, 0);
    expect(toy.chains).toHaveLength(1);
    bar.write(0x40, 4, 0xffffffff);
    expect(toy.chains.map(({ queue }) => queue)).toEqual([1, 0]);
  });

  test("without anything new is spurious, and does nothing (NOTIFY-7)", () => {
    const { driver } = toy;
    driver.negotiate(VERSION_1);
    const queue = driver.queue(0);
    driver.ready();
    queue.kick();
    expect(toy.chains).toEqual([]);
    expect(toy.line.raises).toBe(0);
  });
});

describe("NEEDS_RESET", () => {
  test("raises a configuration interrupt once the driver is up (§2.1.2), and stops the queues (STATUS-3)", () => {
    const { driver } = toy;
    driver.negotiate(VERSION_1);
    const queue = driver.queue(0);
    driver.ready();
    toy.virtio.needsReset();
    expect(driver.status & Status.NEEDS_RESET).not.toBe(0);
    expect(toy.line.raised).toBe(true);
    expect(driver.interrupts()).toEqual({ queue: false, config: true });
    queue.add(BUFFER);
    queue.kick();
    expect(toy.chains).toEqual([]);
  });

  test("raises no interrupt before that", () => {
    toy.driver.negotiate(VERSION_1);
    toy.virtio.needsReset();
    expect(toy.line.raises).toBe(0);
  });
});

describe("the interrupt status", () => {
  test("is cleared, and the line lowered, by reading it (PCI-17)", () => {
    const { driver } = toy;
    driver.negotiate(VERSION_1);
    const queue = driver.queue(0);
    driver.ready();
    queue.add(BUFFER);
    queue.kick();
    toy.virtio.configChanged();
    expect(toy.line.raised).toBe(true);
    expect(driver.interrupts()).toEqual({ queue: true, config: true });
    expect(toy.line.raised).toBe(false);
    expect(driver.interrupts()).toEqual({ queue: false, config: false });
  });

  test("is not set by a queue whose driver wants no interrupt", () => {
    const { driver } = toy;
    driver.negotiate(VERSION_1);
    const queue = driver.queue(0);
    driver.ready();
    queue.suppressInterrupts(true);
    queue.add(BUFFER);
    queue.kick();
    expect(queue.used()).toHaveLength(1);
    expect(toy.line.raises).toBe(0);
  });
});
