import { describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { DESCRIPTOR_BYTES } from "../../src/virtio/index.ts";
import { FRAME_BYTES, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";

const PROMISES_NOTHING = featureSet(Feature.VERSION_1);
const TELLS = featureSet(Feature.VERSION_1, Feature.MUST_TELL_HOST);

function frame(machine: Machine<ListingHost>, pfn: number): Uint8Array {
  return machine.memory.bytes.subarray(pfn * FRAME_BYTES, (pfn + 1) * FRAME_BYTES);
}

describe("ballooned pages", () => {
  test("are modified before their inflate is acknowledged (DEV-O1)", () => {
    const machine = unpinned().up(TELLS);
    frame(machine, 5).fill(1);
    const seen: number[] = [];
    machine.host.discard = () => {
      seen.push(machine.queue("inflate").usedIndex);
      return undefined;
    };
    machine.inflate(5);
    expect(seen).toEqual([0]);
    expect(machine.queue("inflate").usedIndex).toBe(1);
  });

  test("are not modified after that, whatever comes next (DRV-O8, DEV-O1)", () => {
    const machine = unpinned().up(PROMISES_NOTHING);
    machine.inflate(5, 6, 7);
    const data = frame(machine, 5).fill(0xda);
    machine.device.target = 3 * 4096;
    machine.driver.writeConfig(ConfigField.ACTUAL, 3);
    machine.inflate(5, 8);
    machine.device.retryLocks();
    machine.migrate();
    machine.deflate(5, 6);
    machine.driver.reset();
    expect(data.every((byte) => byte === 0xda)).toBe(true);
    expect(machine.host.zeroed).toEqual([]);
  });
});

describe("a hinting command", () => {
  test("may be split over buffers at every byte (RING-1)", () => {
    for (const cut of [0, 1, 2, 3, 4]) {
      const machine = unpinned().up(TELLS | featureSet(Feature.FREE_PAGE_HINT));
      machine.device.requestFreePages();
      const id = [0, 0, 0, 0x80];
      machine.send("hint", machine.buffer(id.slice(0, cut)), machine.buffer(id.slice(cut)));
      expect(machine.device.state().hint.phase).toBe("running");
      expect(machine.faults).toEqual({});
    }
  });
});

describe("an empty statistics buffer", () => {
  test("breaks no rule if it is the first (§5.5.5), but does later (POSITION-9)", () => {
    const machine = unpinned().up(TELLS | featureSet(Feature.STATS_VQ));
    const broken: number[] = [];
    for (const bytes of [0, 0, 10, 10, 0]) {
      machine.send("stats", { address: machine.driver.allocate(10), bytes });
      machine.device.requestStats();
      broken.push(machine.counters.broken.length);
    }
    expect(broken).toEqual([0, 0, 0, 0, 1]);
    expect(machine.counters.broken[0]).toMatchObject({ rule: "DRV-S8", times: 1 });
  });
});

describe("the device", () => {
  test("writes to no descriptor, available ring or device-readable buffer (RING-3)", () => {
    const machine = unpinned().up(TELLS);
    const queue = machine.queue("inflate");
    const pfns = machine.pfns([5, 6]);
    const copy = (): Uint8Array[] => [
      machine.memory.bytes.slice(queue.descriptors, queue.descriptors + queue.size * DESCRIPTOR_BYTES),
      machine.memory.bytes.slice(queue.driver, queue.driver + 6 + 2 * queue.size),
      machine.memory.bytes.slice(pfns.address, pfns.address + pfns.bytes),
    ];
    queue.add(pfns);
    const before = copy();
    queue.kick();
    expect(queue.usedIndex).toBe(1);
    expect(copy()).toEqual(before);
  });

  test("leaves the flags of the used ring at 0, with event indices and without (NOTIFY-5, NOTIFY-6)", () => {
    for (const features of [TELLS, TELLS | featureSet(Feature.RING_EVENT_IDX)]) {
      const machine = unpinned().up(features);
      machine.inflate(5);
      const queue = machine.queue("inflate");
      expect(queue.usedIndex).toBe(1);
      expect(machine.memory.read16(queue.device)).toBe(0);
    }
  });
});
