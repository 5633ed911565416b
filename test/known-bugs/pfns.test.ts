import { expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { MAX_FRAMES, PageTracker } from "../../src/tracker/index.ts";
import { FRAME_BYTES, pinned, range, unpinned } from "../balloon/harness.ts";
import type { Machine } from "../balloon/harness.ts";
import { WindowsDriver } from "../drivers/windows-driver.ts";
import { isPainted, paint, POLITE } from "./helpers.ts";

test("QEMU ffa207d082: a PFN with bit 31 set is read as unsigned", () => {
  const machine = pinned().up(POLITE);
  machine.inflate(0x80000000, 7, 0xffffffff, 0x80000007);
  expect(machine.ballooned).toEqual([7]);
  expect(machine.faults).toEqual({ "pfn-out-of-range": 3 });
  expect(machine.host.calls.map(({ first }) => first)).toEqual([7, 7]);

  const tracker = new PageTracker(MAX_FRAMES);
  const result = tracker.inflate(Uint32Array.of(0x80000000, 0xfffffffe, 0xffffffff));
  expect(result).toEqual({ changed: 2, redundant: 0, outOfRange: 1 });
  expect([...tracker.allRuns()]).toEqual([0x80000000, 1, 0xfffffffe, 1]);
  expect(tracker.next(8)).toBe(0x80000000);
  tracker.dispose();
});

test("QEMU 483f13524b: a page set may end inside a word of its bitmap", () => {
  for (const frames of [1, 31, 32, 33, 63, 64, 65, 127, 129, 4095, 4097]) {
    const tracker = new PageTracker(frames);
    const beyond = Uint32Array.from(range(0, frames + 3));
    expect(tracker.inflate(beyond)).toEqual({ changed: frames, redundant: 0, outOfRange: 3 });
    expect([tracker.count, tracker.has(frames - 1), tracker.has(frames)]).toEqual([frames, true, false]);
    expect([...tracker.allRuns()]).toEqual([0, frames]);
    expect(() => tracker.inflateRange(frames - 1, 2)).toThrow(RangeError);
    expect(tracker.deflate(beyond)).toEqual({ changed: frames, redundant: 0, outOfRange: 3 });
    expect([tracker.count, tracker.next(0)]).toEqual([0, -1]);
  }
});

test("QEMU b27b323914: a page taken back keeps its data when its neighbours are given", () => {
  const machine = unpinned().up(POLITE);
  machine.inflate(16);
  machine.deflate(16);
  paint(machine, 0x5a, 16);
  for (const neighbour of range(17, 15)) machine.inflate(neighbour);
  expect(isPainted(machine, 0x5a, 16)).toBe(true);
  expect(machine.ballooned).toEqual(range(17, 15));
});

test("QEMU ed48c59875, 01310e2aa7: giving one frame gives nothing around it", () => {
  const machine = unpinned().up(POLITE);
  paint(machine, 0x5a, 16, 16);
  machine.inflate(21);
  expect(range(16, 16).filter((frame) => !isPainted(machine, 0x5a, frame))).toEqual([21]);

  const locked = pinned().up(POLITE);
  locked.inflate(21);
  expect(range(0, 1024).filter((frame) => !locked.host.isLocked(frame))).toEqual([21]);
});

test("QEMU b218a70e6a: a frame that is only partly memory does not count as one", () => {
  const spare = FRAME_BYTES - 1;
  const machine = unpinned({ frames: 256, spare }).up(POLITE);
  machine.memory.bytes.fill(0x5a, 255 * FRAME_BYTES);
  machine.inflate(256, 255);
  expect(machine.ballooned).toEqual([255]);
  expect(machine.host.zeroed).toEqual([255]);
  expect(machine.faults).toEqual({ "pfn-out-of-range": 1 });
  expect(machine.memory.bytes.subarray(-spare).every((byte) => byte === 0x5a)).toBe(true);
  expect(machine.canaryIntact).toBe(true);
});

test("QEMU f2fd57db36: a PFN of ROM, of an APIC or of nothing is not memory", () => {
  const IO_APIC = 0xfec00;
  const LOCAL_APIC = 0xfee00;
  const RESET_VECTOR = 0xfffff;
  const machine = pinned().up(POLITE);
  machine.inflate(1024, IO_APIC, LOCAL_APIC, RESET_VECTOR, 0x100000);
  expect(machine.ballooned).toEqual([]);
  expect(machine.faults).toEqual({ "pfn-out-of-range": 5 });
  expect(machine.host.calls).toEqual([]);
  expect(machine.queue("inflate").used()).toEqual([{ head: 0, written: 0 }]);
});

test("Windows driver: 512 PFNs of 8 bytes are 512 frames, and not frame 0 many times", () => {
  const features = featureSet(Feature.VERSION_1, Feature.STATS_VQ);
  const machine = unpinned({ frames: 4096 }).up(features);
  paint(machine, 0x5a, 0);
  const driver = new WindowsDriver(machine as unknown as Machine, 16);
  driver.inflate(512);
  expect(machine.ballooned).toEqual(range(16, 512));
  expect(machine.counters).toMatchObject({ pfnBytes: 8, actualFrames: 512 });
  expect(machine.faults).toEqual({});
  expect(isPainted(machine, 0x5a, 0)).toBe(true);
});

test("Linux page migration: one ballooned frame more than asked for is no fault for a moment", () => {
  const machine = pinned().up(POLITE);
  machine.device.target = 3 * 4096;
  machine.inflate(1, 2, 3);
  for (const [into, from] of [
    [9, 2],
    [10, 9],
    [2, 1],
  ] as const) {
    machine.inflate(into);
    expect(machine.ballooned).toHaveLength(4);
    machine.deflate(from);
  }
  expect(machine.ballooned).toEqual([2, 3, 10]);
  expect([machine.faults, machine.counters.broken]).toEqual([{}, []]);
  expect(range(0, 1024).filter((frame) => !machine.host.isLocked(frame))).toEqual([2, 3, 10]);
});
