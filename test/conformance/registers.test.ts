import { describe, expect, test } from "vitest";
import { Common, Mmio, MmioDriverTransport, MmioTransport, MockDriver } from "../../src/virtio/index.ts";
import { pinned } from "../balloon/harness.ts";
import { modelOf, virtioOf } from "../balloon/internals.ts";

describe("after a reset", () => {
  test("a PCI device has no queue enabled or in reset, and each queue has its largest size again (PCI-11)", () => {
    const { driver, bar } = pinned().up(undefined, 8);
    const registers = (): number[] =>
      [Common.QUEUE_SIZE, Common.QUEUE_ENABLE, Common.QUEUE_RESET].map((offset) => bar.read(offset, 2));
    bar.write(Common.QUEUE_SELECT, 2, 1);
    expect(registers()).toEqual([8, 1, 0]);
    driver.reset();
    bar.write(Common.QUEUE_SELECT, 2, 1);
    expect(registers()).toEqual([128, 0, 0]);
    expect(bar.read(Common.DEVICE_STATUS, 1)).toBe(0);
  });

  test("an MMIO device has no interrupt pending and no queue ready (MMIO-3, MMIO-6)", () => {
    const { device, memory, line } = pinned();
    const bar = new MmioTransport(virtioOf(device));
    const driver = new MockDriver(bar, memory, 0, MmioDriverTransport);
    const registers = (): number[] =>
      [Mmio.STATUS, Mmio.INTERRUPT_STATUS, Mmio.QUEUE_READY, Mmio.QUEUE_RESET].map((at) => bar.read(at, 4));
    driver.negotiate(modelOf(device).offeredFeatures);
    driver.queue(0);
    driver.ready();
    device.target = 3 * 4096;
    expect([...registers(), line.raised]).toEqual([15, 2, 1, 0, true]);
    driver.reset();
    expect([...registers(), line.raised]).toEqual([0, 0, 0, 0, false]);
  });
});
