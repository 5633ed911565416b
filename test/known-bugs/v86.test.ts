import { afterAll, beforeAll, expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { MockDriver, ModernBar } from "../../src/virtio/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import { FRAME_BYTES, range } from "../balloon/harness.ts";
import { bootMachine, MEMORY_BYTES } from "../v86/machine.ts";
import type { Machine } from "../v86/machine.ts";
import { le32, pages, POLITE } from "./helpers.ts";
import { ramOf, virtioOf } from "../balloon/internals.ts";

const FEATURES = POLITE | featureSet(Feature.FREE_PAGE_HINT);
/** Queue numbers of a driver with these features. */
const INFLATE = 0;
const HINT = 2;
const FRAMES = MEMORY_BYTES / FRAME_BYTES;

let machine: Machine;

beforeAll(async () => {
  machine = await bootMachine({ host: (zeroing) => zeroing });
  // From here on the test is the driver: nothing but the device may change memory.
  await machine.guest.emulator.stop();
});
afterAll(() => machine.guest.destroy());

/** A driver in the guest's place. It asks for no interrupts, which would change the emulator's own memory. */
function driverWith(index: number): { driver: MockDriver; queue: MockQueue } {
  const virtio = virtioOf(machine.balloon.device);
  const driver = new MockDriver(new ModernBar(virtio), virtio.memory, 0.75 * MEMORY_BYTES);
  driver.negotiate(FEATURES);
  const queue = driver.queue(index);
  queue.suppressInterrupts(true);
  driver.ready();
  return { driver, queue };
}

/** What a guest sees at 0xa0000; v86 keeps it apart from the memory that lies there. */
function videoMemory(): Uint8Array {
  const { vga } = (
    machine.guest.emulator as unknown as { v86: { cpu: { devices: { vga: { vga_memory: Uint8Array } } } } }
  ).v86.cpu.devices;
  return vga.vga_memory;
}

/** A copy of the emulator's memory around the guest's: the processor, its devices, translated code. */
function emulatorsOwn(): Buffer {
  const { wasm_memory, mem8 } = (machine.guest.emulator as unknown as V86Like).v86.cpu;
  const all = Buffer.from(wasm_memory.buffer);
  const end = mem8.byteOffset + MEMORY_BYTES;
  return Buffer.concat([all.subarray(0, mem8.byteOffset), all.subarray(end)]);
}

function send(queue: MockQueue, ...buffers: Parameters<MockQueue["add"]>): void {
  queue.add(...buffers);
  queue.kick();
}

test("v86's own balloon: a hint outside guest memory does not reach the emulator's memory", () => {
  const { driver, queue } = driverWith(HINT);
  const { device } = machine.balloon;
  expect(device.requestFreePages()).toBe(true);
  const address = driver.allocate(4);
  ramOf(device).set(le32(0x80000000), address);
  send(queue, { address, bytes: 4 });
  const before = emulatorsOwn();
  const wild = [
    pages(FRAMES),
    pages(FRAMES - 1, 2),
    { ...pages(10), bytes: 0x80000000 },
    { ...pages(10), bytes: 0xfffff000 },
    { ...pages(10), address: 2 ** 32 + 10 * FRAME_BYTES },
    { ...pages(10), address: 2 ** 31 },
    { ...pages(10), address: 2 ** 64 - FRAME_BYTES },
  ];
  for (const buffer of wild) send(queue, buffer);
  expect(machine.balloon.counters().faults).toEqual({ "address-out-of-range": wild.length });
  expect(emulatorsOwn().equals(before)).toBe(true);
  ramOf(device).fill(0x5a, 1000 * FRAME_BYTES, 1001 * FRAME_BYTES);
  send(queue, pages(1000));
  expect(ramOf(device)[1000 * FRAME_BYTES]).toBe(0);
});

test("QEMU f2fd57db36: frames of the VGA window are the memory beneath it, not the screen", () => {
  const VGA = range(0xa0, 0x20);
  const { driver, queue } = driverWith(INFLATE);
  const { device } = machine.balloon;
  const bytes = ramOf(device);
  videoMemory().fill(0x5a);
  bytes.fill(0x5a, 0x9f000, 0xc1000);
  const address = driver.allocate(4 * VGA.length);
  bytes.set(VGA.flatMap(le32), address);
  send(queue, { address, bytes: 4 * VGA.length });
  expect([...device.pages.allRuns()]).toEqual([0xa0, 0x20]);
  expect(videoMemory().every((byte) => byte === 0x5a)).toBe(true);
  expect([0x9ffff, 0xa0000, 0xbffff, 0xc0000].map((at) => bytes[at])).toEqual([0x5a, 0, 0, 0x5a]);
});
