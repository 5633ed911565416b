import { describe, expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";

const MIB = 2 ** 20;
const MOST_PFNS = 65_536;
const MOST_DISCARDS = 32_768;
/** Guest memory of 512 MiB: more than one notification discards. */
const FRAMES = 131_072;
const ALL = { address: 16 * MIB, bytes: 496 * MIB, writable: true };
/** Addresses of PFN arrays, each for a whole batch. */
const ARRAY = 0x100_0000;

type Big = Pick<Machine, "memory" | "queue">;

/** Makes a batch available without a notification: `frames` frames from `first` on, `pfns` PFNs in total. */
function offer({ memory, queue }: Big, role: "inflate" | "deflate", at: number, first: number): void {
  for (let i = 0; i < MOST_PFNS / 2; i++) memory.write32(at + 4 * i, first + i);
  queue.call(undefined as never, role).add({ address: at, bytes: 2 * MOST_PFNS });
}

describe("one notification", () => {
  test("discards free pages up to a limit, however often they are reported", () => {
    const machine = pinned({
      frames: FRAMES,
      scratch: 64,
      freePageReporting: true,
      relockFreePages: true,
    }).up();
    for (let i = 0; i < 8; i++) machine.queue("report").add(ALL);
    machine.queue("report").kick();
    expect(machine.counters.host.discardedFrames).toBe(MOST_DISCARDS);
    expect(machine.queue("report").used()).toHaveLength(8);
    machine.send("report", ALL);
    expect(machine.counters.host.discardedFrames).toBe(2 * MOST_DISCARDS);
  });

  test("discards a page once, however often one chain names it", () => {
    const machine = pinned({
      frames: 1024,
      scratch: 512,
      freePageReporting: true,
      relockFreePages: true,
    }).up();
    const pages = { address: 0x10_0000, bytes: 0x4000, writable: true };
    machine.send("report", pages, pages, { ...pages, address: 0x10_2000 }, pages);
    expect(machine.counters.host.discardedFrames).toBe(6);
  });

  test("returns leftover hints as they are, and a later notification discards again", () => {
    const machine = unpinned({ frames: FRAMES, scratch: 64 }).up();
    machine.device.requestFreePages();
    const hinted: number[] = [];
    machine.device.on("hint", ({ frames }) => hinted.push(frames));
    const id = machine.driver.readConfig(8);
    machine.send("hint", machine.buffer([id & 255, (id >> 8) & 255, (id >> 16) & 255, id >>> 24]));
    for (let i = 0; i < 20; i++) machine.queue("hint").add({ ...ALL, bytes: 64 * MIB });
    machine.queue("hint").kick();
    expect(machine.queue("hint").used()).toHaveLength(21);
    expect(hinted).toEqual([16_384, 16_384]);
    machine.send("hint", { ...ALL, bytes: 64 * MIB });
    expect(hinted).toEqual([16_384, 16_384, 16_384]);
  });
});

describe("leftover inflates and deflates", () => {
  function busy(): Machine {
    const machine = pinned({ frames: FRAMES, scratch: 64 }).up();
    const { memory } = machine;
    for (let i = 0; i < 4; i++) {
      offer(
        { memory, queue: (role) => machine.queue(role) },
        "inflate",
        ARRAY + i * MIB,
        8192 + 32_768 * (i % 3),
      );
    }
    machine.queue("inflate").kick();
    return machine;
  }

  test("are served by the timer, and none is lost", () => {
    const machine = busy();
    expect(machine.device.pages.count).toBe(MOST_PFNS);
    expect(machine.queue("inflate").used()).toHaveLength(2);
    expect(machine.timer.planned).toBe(1);
    machine.timer.fire();
    expect(machine.device.pages.count).toBe(3 * 32_768);
    expect(machine.queue("inflate").used()).toHaveLength(2);
    expect([machine.timer.planned, machine.counters.faults]).toEqual([
      0,
      { "pfn-already-ballooned": 32_768 },
    ]);
  });

  test("are served in the order of their notifications", () => {
    const machine = busy();
    const order: string[] = [];
    machine.device.on("inflate", ({ pfns }) => order.push(`inflate ${pfns}`));
    machine.device.on("deflate", ({ pfns }) => order.push(`deflate ${pfns}`));
    machine.deflate(8192);
    machine.inflate(8192);
    expect(order).toEqual([]);
    while (machine.timer.planned > 0) machine.timer.fire();
    expect(order).toEqual(["inflate 32768", "inflate 32768", "deflate 1", "inflate 1"]);
    expect(machine.device.pages.has(8192)).toBe(true);
  });

  test("are not served while the machine is stopped", () => {
    const machine = busy();
    machine.device.pause();
    machine.timer.fire();
    expect(machine.queue("inflate").used()).toHaveLength(2);
    machine.device.resume();
    machine.timer.fire();
    expect(machine.queue("inflate").used()).toHaveLength(2);
  });

  test("belong to the driver again after a reset of the queue or of the device", () => {
    for (const reset of [
      (machine: Machine) => {
        machine.driver.resetQueue(0);
      },
      (machine: Machine) => {
        machine.driver.reset();
      },
    ]) {
      const machine = busy();
      reset(machine);
      const { count } = machine.device.pages;
      while (machine.timer.planned > 0) machine.timer.fire();
      expect(machine.device.pages.count).toBe(count);
    }
  });

  test("are served by the next device after a restore, without a notification", () => {
    const machine = busy();
    expect(machine.migrate()).toBeUndefined();
    while (machine.timer.planned > 0) machine.timer.fire();
    expect(machine.device.pages.count).toBe(3 * 32_768);
    expect(machine.queue("inflate").used()).toHaveLength(4);
  });

  test("stay within the size of a queue, even if the guest notifies without end", () => {
    const machine = busy();
    for (let i = 0; i < 10_000; i++) {
      machine.queue("deflate").publish(i);
      machine.queue("deflate").kick();
    }
    expect(machine.device.state().pending.length).toBeLessThanOrEqual(1 + 128);
  });
});

test("a queue of long chains is served in parts, because descriptors count as work too", () => {
  const features = featureSet(
    Feature.VERSION_1,
    Feature.WILL_TELL_HOST,
    Feature.FREE_PAGE_HINT,
    Feature.RING_INDIRECT_DESC,
  );
  const machine = unpinned({ frames: FRAMES, scratch: 64 }).up(features);
  const queue = machine.queue("hint");
  const table = 0x80_0000;
  const buffer = { address: 0x100_0000, bytes: 4096, writable: true };
  const buffers = Array.from({ length: 1024 }, () => buffer);
  for (let i = 0; i < 100; i++) queue.addIndirect(table, ...buffers);
  queue.kick();
  expect(queue.used()).toHaveLength(32);
  let turns = 0;
  for (; machine.timer.planned > 0; turns++) machine.timer.fire();
  expect([turns, queue.used().length]).toEqual([3, 68]);
});
