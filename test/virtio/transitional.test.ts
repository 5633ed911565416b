import { beforeEach, describe, expect, test } from "vitest";
import {
  Bar,
  Common,
  Legacy,
  legacyConfigSpace,
  modernConfigSpace,
  Status,
  transitionalConfigSpace,
} from "../../src/virtio/index.ts";
import type { MockDriver, MockQueue } from "../../src/virtio/index.ts";
import { FEATURES, Machine } from "./legacy-mmio-machine.ts";

const { WILL, VERSION_1 } = FEATURES;

let machine: Machine;
let modern: MockDriver;
let legacy: MockDriver;

beforeEach(() => {
  machine = new Machine();
  modern = machine.driver("modern PCI");
  legacy = machine.driver("legacy PCI");
});

function up(driver: MockDriver): MockQueue {
  driver.negotiate(WILL | VERSION_1);
  const queue = driver.queue(0);
  driver.ready();
  return queue;
}

function inflate(driver: MockDriver, queue: MockQueue, pfn: number): void {
  queue.add(machine.words(driver, pfn));
  queue.kick();
}

/** What a driver of the device can change or learn, apart from pages. */
const shape = (): unknown => [machine.device.state(), machine.line];

describe("a driver that uses one interface is not disturbed by the other:", () => {
  test("modern, by writes to legacy registers (FEATURE-7)", () => {
    const queue = up(modern);
    inflate(modern, queue, 7);
    machine.device.target = 5 * 4096;
    const before = shape();
    for (const [offset, width, value] of [
      [Legacy.DRIVER_FEATURES, 4, 0],
      [Legacy.QUEUE_PFN, 4, 0],
      [Legacy.QUEUE_SELECT, 2, 1],
      [Legacy.QUEUE_PFN, 4, 0x20],
      [Legacy.QUEUE_NOTIFY, 2, 0],
      [Legacy.DEVICE_STATUS, 1, Status.FAILED],
      [Legacy.DEVICE + 4, 4, 99],
    ] as const) {
      legacy.bar.write(offset, width, value);
    }
    expect(legacy.bar.read(Legacy.ISR, 1)).toBe(0);
    expect(shape()).toEqual(before);
    expect(modern.interrupts()).toEqual({ queue: true, config: true });
    inflate(modern, queue, 8);
    expect(machine.counters.balloonedFrames).toBe(2);
  });

  test("legacy, by writes to modern registers", () => {
    const queue = up(legacy);
    inflate(legacy, queue, 7);
    machine.device.target = 5 * 4096;
    const before = shape();
    for (const [offset, width, value] of [
      [Common.DRIVER_FEATURE, 4, 0],
      [Common.QUEUE_SELECT, 2, 1],
      [Common.QUEUE_DESC, 4, 0x4000],
      [Common.QUEUE_ENABLE, 2, 1],
      [Common.QUEUE_RESET, 2, 1],
      [Bar.NOTIFY, 2, 0],
      [Common.DEVICE_STATUS, 1, Status.FEATURES_OK | Status.FAILED],
      [Bar.DEVICE + 4, 4, 99],
    ] as const) {
      modern.bar.write(offset, width, value);
    }
    expect(modern.bar.read(Bar.ISR, 1)).toBe(0);
    expect(shape()).toEqual(before);
    expect(legacy.interrupts()).toEqual({ queue: true, config: true });
    inflate(legacy, queue, 8);
    expect(machine.counters.balloonedFrames).toBe(2);
  });

  test("legacy, by a modern driver's choice of no features", () => {
    legacy.negotiate(WILL);
    modern.bar.write(Common.DRIVER_FEATURE, 4, 0);
    expect(machine.virtio.accepted).toBe(WILL);
  });

  test("unless it resets the device, after which the next driver chooses", () => {
    inflate(modern, up(modern), 7);
    inflate(legacy, up(legacy), 8);
    expect([...machine.device.pages.allRuns()]).toEqual([8, 1]);
    expect(machine.virtio.interface).toBe("legacy");
    inflate(modern, up(modern), 9);
    expect([...machine.device.pages.allRuns()]).toEqual([9, 1]);
    expect(machine.virtio.interface).toBe("modern");
  });
});

test("reading registers decides nothing", () => {
  legacy.bar.read(Legacy.DEVICE_FEATURES, 4);
  legacy.bar.write(Legacy.DEVICE_STATUS, 1, 0);
  modern.bar.write(Common.DEVICE_STATUS, 1, 0);
  expect(machine.virtio.interface).toBeUndefined();
});

describe("the PCI configuration space", () => {
  const words = (space: Uint8Array, ...offsets: number[]): number[] =>
    offsets.map((at) => new DataView(space.buffer).getUint16(at, true));
  const ID = [0x00, 0x02, 0x2c, 0x2e] as const;

  test("of a transitional device has the old id, revision 0 and the balloon's number as subsystem (LEGACY-1)", () => {
    for (const space of [transitionalConfigSpace(0xd080, 0xd000), legacyConfigSpace(0xd000)]) {
      expect(words(space, ...ID)).toEqual([0x1af4, 0x1002, 0x1af4, 5]);
      expect(space[0x08]).toBe(0);
    }
    expect(words(modernConfigSpace(0xd000), ...ID)).toEqual([0x1af4, 0x1045, 0x1af4, 0x1045]);
  });

  test("has the legacy registers in BAR 0, and capabilities that point into BAR 1 (LEGACY-2)", () => {
    const space = transitionalConfigSpace(0xd080, 0xd000);
    expect(words(space, 0x10, 0x14, 0x18)).toEqual([0xd081, 0xd001, 0]);
    const bars: number[] = [];
    for (let at = space[0x34]!; at !== 0; at = space[at + 1]!) bars.push(space[at + 4]!);
    expect(bars).toEqual([1, 1, 1, 1]);
  });

  test("of a legacy device has no capabilities", () => {
    const space = legacyConfigSpace(0xd000);
    expect(words(space, 0x06, 0x10, 0x14, 0x34)).toEqual([0, 0xd001, 0, 0]);
  });
});
