import { expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { ConfigField } from "../../src/balloon/config.ts";
import { Balloon } from "../../src/balloon/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { MockDriver, ModernBar, Status } from "../../src/virtio/index.ts";
import { pinned, range, unpinned } from "../balloon/harness.ts";
import { driverBy, POLITE, TRANSPORTS } from "./helpers.ts";
import { modelOf, virtioOf } from "../balloon/internals.ts";

const WIDTHS = [1, 2, 4];
const ALL =
  POLITE | featureSet(Feature.STATS_VQ, Feature.FREE_PAGE_HINT, Feature.PAGE_POISON, Feature.PAGE_REPORTING);

test("QEMU dcc6ceffc0, bd12ff9df7: sizes of 4 GiB and more do not wrap at 32 bits", () => {
  const machine = pinned().up(POLITE);
  for (const frames of [2 ** 20, 2 ** 20 + 5, 2 ** 31, 2 ** 32 - 1]) {
    machine.driver.writeConfig(ConfigField.ACTUAL, frames);
    expect(machine.device.actual).toBe(frames * 4096);
  }

  // Address space only: no more than a few pages of it are touched.
  const ram = new Uint8Array(2 ** 32);
  const memory = new LinearMemory(() => ram);
  const host = new ZeroingHost(new LinearMemory(() => ram));
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const device = new Balloon({ memory, host, interrupt });
  const driver = new MockDriver(new ModernBar(virtioOf(device)), memory, 3 * 2 ** 30);
  driver.negotiate(POLITE);
  const queue = driver.queue(0);
  driver.ready();
  device.target = 2 ** 20 * 4096;
  expect(driver.readConfig(ConfigField.NUM_PAGES)).toBe(2 ** 20);
  ram[ram.length - 1] = 1;
  ram[2 ** 31] = 1;
  const address = driver.allocate(8);
  memory.write32(address, 2 ** 20 - 1);
  memory.write32(address + 4, 2 ** 19);
  queue.add({ address, bytes: 8 });
  queue.kick();
  expect([...device.pages.allRuns()]).toEqual([2 ** 19, 1, 2 ** 20 - 1, 1]);
  expect([ram[2 ** 31], ram[ram.length - 1]]).toEqual([0, 0]);
  expect(queue.used()).toHaveLength(1);
});

test("QEMU 514e73eceb: a target that is negative, not a number or beyond memory is refused", () => {
  const machine = pinned().up(POLITE);
  machine.device.target = 100 * 4096;
  machine.driver.interrupts();
  for (const target of [-1, -1024, -(2 ** 32) + 100, 1025, 2 ** 32 + 5, 1 / 8192, NaN, -Infinity]) {
    expect(() => (machine.device.target = target * 4096)).toThrow(RangeError);
  }
  expect(machine.driver.readConfig(ConfigField.NUM_PAGES)).toBe(100);
  expect(machine.driver.interrupts().config).toBe(false);
});

test("QEMU 49b01711b8: a device can be disposed of at every stage before the driver's features are known", () => {
  const stages: Record<string, (driver: MockDriver) => void> = {
    untouched: () => undefined,
    acknowledged: (driver) => {
      driver.setStatus(Status.ACKNOWLEDGE);
    },
    "features written": (driver) => {
      driver.setStatus(Status.ACKNOWLEDGE | Status.DRIVER);
      driver.transport.writeFeatures(ALL);
    },
    "queues before features": (driver) => {
      for (const index of range(0, 5)) driver.queue(index, 8);
    },
  };
  for (const [stage, reach] of Object.entries(stages)) {
    const machine = unpinned({ freePageReporting: true });
    reach(machine.driver);
    expect(machine.migrate(), stage).toBeUndefined();
    virtioOf(machine.device).reset();
    virtioOf(machine.device).reset();
    expect([machine.device.requestStats(), machine.device.requestFreePages()]).toEqual([false, false]);
    machine.up(ALL);
    machine.inflate(3);
    expect(machine.ballooned).toEqual([3]);
  }
});

test("QEMU 5385a5988c: unused bytes of the configuration are 0", () => {
  for (const transport of TRANSPORTS) {
    const machine = unpinned({ freePageHint: false });
    const driver = driverBy(transport, machine);
    machine.device.target = 0x123 * 4096;
    for (const width of WIDTHS) {
      const rest = range(4, 250).filter((offset) => driver.readConfig(offset, width) !== 0);
      expect(rest, transport).toEqual([]);
    }
    driver.negotiate(POLITE);
    driver.ready();
    driver.writeConfig(ConfigField.ACTUAL, 0x456);
    driver.writeConfig(ConfigField.POISON_VAL, 0x789);
    expect(range(0, 250).filter((offset) => driver.readConfig(offset, 1) !== 0)).toEqual([0, 1, 4, 5]);
  }
});

test("Firecracker ca58afdd3: reads and writes at offsets up to 2^64 - 1 touch nothing", () => {
  for (const transport of TRANSPORTS) {
    const machine = unpinned({ freePageReporting: true }).setUp(POLITE);
    const { bar } = driverBy(transport, machine);
    machine.device.target = 0x123 * 4096;
    for (const offset of [0x1000, 0x7fffffff, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 64 - 1]) {
      for (const width of WIDTHS) {
        bar.write(offset, width, 0xffffffff);
        expect(bar.read(offset, width), `${transport} ${offset}`).toBe(0);
        modelOf(machine.device).writeConfig(offset, width, 0xffffffff);
        expect(modelOf(machine.device).readConfig(offset, width)).toBe(0);
      }
    }
    expect([0, 4, 8, 12].map((field) => machine.driver.readConfig(field))).toEqual([0x123, 0, 0, 0]);
    machine.driver.ready();
    machine.inflate(3);
    expect(machine.ballooned).toEqual([3]);
  }
});

test("crosvm c4e3eb2ec: of ten thousand targets without a driver the last one stays, and nothing is queued", () => {
  const machine = pinned();
  for (let i = 0; i < 10_000; i++) machine.device.target = (i % 1000) * 4096;
  expect([machine.timer.planned, machine.line.raised]).toEqual([0, false]);
  machine.setUp(POLITE);
  machine.device.target = 77 * 4096;
  expect(machine.line.raised).toBe(false);
  machine.driver.ready();
  expect(machine.driver.readConfig(ConfigField.NUM_PAGES)).toBe(77);
  expect(machine.driver.interrupts()).toEqual({ queue: false, config: false });
  machine.device.target = 78 * 4096;
  expect(machine.driver.interrupts()).toEqual({ queue: false, config: true });
});

test("Cloud Hypervisor, Firecracker and crosvm: the last of two writes to the features wins", () => {
  for (const transport of TRANSPORTS) {
    const machine = unpinned({ freePageReporting: true });
    const driver = driverBy(transport, machine);
    const wanted = transport === "legacy PCI" ? featureSet(Feature.WILL_TELL_HOST) : POLITE;
    driver.setStatus(Status.ACKNOWLEDGE | Status.DRIVER);
    driver.transport.writeFeatures(2n ** 128n - 1n);
    driver.transport.writeFeatures(wanted);
    if (driver.transport.hasFeaturesOk) driver.setStatus(Status.FEATURES_OK);
    driver.ready();
    expect(virtioOf(machine.device).accepted).toBe(wanted);
    expect(machine.counters).toMatchObject({ needsReset: false, outcome: { result: "accepted" } });
  }
});
