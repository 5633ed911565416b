import { afterEach, describe, expect, test } from "vitest";
import type { PciTransport } from "../../src/v86/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { Common, LegacyPciTransport, MockDriver, ModernPciTransport } from "../../src/virtio/index.ts";
import type { DriverTransportClass, RegisterAccess } from "../../src/virtio/index.ts";
import { bootMachine, MEMORY_BYTES } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { virtioOf } from "../balloon/internals.ts";

const PORT = 0xd000;
const MOVED = 0x2000;
const SLOT = 0x0f;
const FEATURES = featureSet(Feature.WILL_TELL_HOST, Feature.VERSION_1);
const machines: Machine[] = [];

/** v86's ports and PCI registers as its processor reaches them. */
interface Ports {
  port_read8(port: number): number;
  port_read16(port: number): number;
  port_read32(port: number): number;
  port_write8(port: number, value: number): void;
  port_write16(port: number, value: number): void;
  port_write32(port: number, value: number): void;
}

afterEach(async () => {
  for (const { guest } of machines.splice(0)) await guest.destroy();
});

/** The embedded guest knows modern devices only, so it stays idle, and the test's driver uses the ports. */
async function machine(transport: PciTransport): Promise<Machine> {
  const booted = await bootMachine({ transport, ioPort: PORT });
  machines.push(booted);
  return booted;
}

function portsOf({ guest }: Machine): Ports {
  return (guest.emulator as unknown as { v86: { cpu: { io: Ports } } }).v86.cpu.io;
}

function registersAt(at: Machine, base: number): RegisterAccess {
  const io = portsOf(at);
  return {
    read(offset, width) {
      if (width === 1) return io.port_read8(base + offset);
      return width === 2 ? io.port_read16(base + offset) : io.port_read32(base + offset) >>> 0;
    },
    write(offset, width, value) {
      if (width === 1) io.port_write8(base + offset, value);
      else if (width === 2) io.port_write16(base + offset, value);
      else io.port_write32(base + offset, value);
    },
  };
}

/** A driver with its rings in the last quarter of the guest's memory. */
function driverAt(at: Machine, base: number, Transport: DriverTransportClass): MockDriver {
  const { memory } = virtioOf(at.balloon.device);
  return new MockDriver(registersAt(at, base), memory, 0.75 * MEMORY_BYTES, Transport);
}

/** Negotiates and gives one page. */
function inflate(at: Machine, driver: MockDriver, pfn: number): void {
  expect(driver.negotiate(FEATURES)).toBe(true);
  const queue = driver.queue(0);
  driver.ready();
  const address = driver.allocate(4);
  driver.memory.write32(address, pfn);
  queue.add({ address, bytes: 4 });
  queue.kick();
  expect(queue.used()).toHaveLength(1);
  expect([...at.balloon.device.pages.allRuns()]).toEqual([pfn, 1]);
  expect(at.host.lockedFrames).toBe(MEMORY_BYTES / 4096 - 1);
}

function configWord(at: Machine, offset: number): number {
  const io = portsOf(at);
  io.port_write32(0xcf8, 0x80000000 | (SLOT << 11) | offset);
  return io.port_read32(0xcfc) >>> 0;
}

function moveBar(at: Machine, bar: number, port: number): void {
  const io = portsOf(at);
  io.port_write32(0xcf8, 0x80000000 | (SLOT << 11) | (0x10 + 4 * bar));
  io.port_write32(0xcfc, port | 1);
}

describe("a transitional device", () => {
  test("serves either driver, one after the other", async () => {
    const at = await machine("transitional");
    expect(configWord(at, 0)).toBe(0x10021af4);
    inflate(at, driverAt(at, PORT + 0x80, LegacyPciTransport), 100);
    expect(at.balloon.counters().accepted).toEqual(["WILL_TELL_HOST"]);
    inflate(at, driverAt(at, PORT, ModernPciTransport), 200);
    expect(at.balloon.counters().accepted).toEqual(["WILL_TELL_HOST", "VERSION_1"]);
  });

  test("has two BARs, and the guest may move each of them", async () => {
    const at = await machine("transitional");
    expect([configWord(at, 0x10), configWord(at, 0x14)]).toEqual([(PORT + 0x80) | 1, PORT | 1]);
    moveBar(at, 0, MOVED);
    moveBar(at, 1, MOVED + 0x100);
    expect(registersAt(at, PORT).read(0, 4)).toBe(0xffffffff);
    inflate(at, driverAt(at, MOVED, LegacyPciTransport), 100);
    inflate(at, driverAt(at, MOVED + 0x100, ModernPciTransport), 200);
  });
});

test("a legacy device has the legacy registers in its only BAR", async () => {
  const at = await machine("legacy");
  expect([configWord(at, 0), configWord(at, 0x10), configWord(at, 0x14)]).toEqual([0x10021af4, PORT | 1, 0]);
  inflate(at, driverAt(at, PORT, LegacyPciTransport), 100);
});

test("an unknown transport is a TypeError", async () => {
  await expect(machine("pigeon" as never)).rejects.toThrow(TypeError);
});

describe("the state of a machine", () => {
  test("with a legacy driver continues in another machine, even between two bytes of the driver's count", async () => {
    const from = await machine("transitional");
    const driver = driverAt(from, PORT + 0x80, LegacyPciTransport);
    inflate(from, driver, 100);
    driver.bar.write(0x18, 1, 0x34);
    const to = await machine("transitional");
    to.balloon.compat.set_state(structuredClone(from.balloon.compat.get_state()));
    expect(to.balloon.restoreRefusal).toBeUndefined();
    expect([...to.balloon.device.pages.allRuns()]).toEqual([100, 1]);
    [0x12, 0, 0].forEach((byte, i) => {
      registersAt(to, PORT + 0x80).write(0x19 + i, 1, byte);
    });
    expect(to.balloon.actual).toBe(0x1234 * 4096);
  });

  test("continues with what a modern driver had selected", async () => {
    const from = await machine("modern");
    registersAt(from, PORT).write(Common.QUEUE_SELECT, 2, 77);
    const to = await machine("modern");
    to.balloon.compat.set_state(structuredClone(from.balloon.compat.get_state()));
    expect(registersAt(to, PORT).read(Common.QUEUE_SELECT, 2)).toBe(77);
  });

  test.each([
    ["transitional", "modern"],
    ["legacy", "transitional"],
    ["modern", "legacy"],
  ] as const)("with a %s device is refused by a %s device, which has other BARs", async (saved, restored) => {
    const from = await machine(saved);
    const to = await machine(restored);
    to.balloon.compat.set_state(structuredClone(from.balloon.compat.get_state()));
    expect(to.balloon.restoreRefusal).toBe(`saved with a ${saved} device, this one is ${restored}`);
    expect(to.balloon.counters().needsReset).toBe(true);
  });
});
