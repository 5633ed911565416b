import { expect, test } from "vitest";
import type { GuestFault, QueueRole } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import type { MockBuffer } from "../../src/virtio/index.ts";
import { FRAME_BYTES, pinned, range, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";
import { countReads, entry, le32, pages, POLITE } from "./helpers.ts";

const ALL: readonly QueueRole[] = ["inflate", "deflate", "stats", "hint", "report"];
const FEATURES = POLITE | featureSet(Feature.STATS_VQ, Feature.FREE_PAGE_HINT, Feature.PAGE_REPORTING);

/** A device with all five queues. */
function full(): Machine<ListingHost> {
  return unpinned({ freePageReporting: true }).up(FEATURES);
}

/** The chain is counted and returned with nothing written, and the next one is served. */
function expectSkipped(machine: Machine, fault: GuestFault, ...buffers: MockBuffer[]): void {
  const before = machine.faults[fault] ?? 0;
  const head = machine.send("inflate", ...buffers);
  expect(machine.faults[fault]).toBe(before + 1);
  expect(machine.queue("inflate").used()).toEqual([{ head, written: 0 }]);
  machine.inflate(7);
  expect(machine.ballooned).toEqual([7]);
  machine.deflate(7);
  expect(machine.queue("inflate").used()).toHaveLength(1);
  expect(machine.counters.needsReset).toBe(false);
}

test("Cloud Hypervisor cfec13077: a buffer of 4278321152 bytes is refused unread on every queue", () => {
  const machine = full();
  ALL.forEach((role, i) => {
    const reads = countReads(machine, () => {
      machine.send(role, { address: 0, bytes: 4278321152, writable: role === "report" });
    });
    expect(machine.faults).toEqual({ "address-out-of-range": i + 1 });
    expect(reads.views).toBe(0);
    expect(machine.queue(role).used()).toHaveLength(1);
  });
});

test("Cloud Hypervisor PR #4667: a chain of all memory many times over is refused unread", () => {
  const machine = pinned().up(POLITE);
  const whole = { address: 0, bytes: 1024 * FRAME_BYTES };
  const reads = countReads(machine, () => machine.send("inflate", ...range(0, 128).map(() => whole)));
  expect(machine.faults).toEqual({ oversized: 1 });
  expect(reads.views).toBe(0);
  expect(machine.queue("inflate").used()).toEqual([{ head: 0, written: 0 }]);
});

test("Cloud Hypervisor c1b5b18d9, ce74caa6c: a chain that is not an array of PFNs is skipped, acknowledged and counted", () => {
  const machine = pinned().up(POLITE);
  const good = machine.pfns([9]);
  expectSkipped(machine, "write-only", { ...good, writable: true });
  for (const bytes of [1, 2, 3]) expectSkipped(machine, "odd-length", { ...good, bytes });
  expectSkipped(machine, "address-out-of-range", { address: 2 ** 64 - 4096, bytes: 8192 });
  expectSkipped(machine, "address-out-of-range", { address: 2 ** 32 - 4, bytes: 8 });
  expectSkipped(machine, "pfn-out-of-range", machine.pfns([5000]));
  expect(machine.canaryIntact).toBe(true);
});

test("Cloud Hypervisor 52db3f865: PFNs in several descriptors all count, wherever the array is split", () => {
  const bytes = [300, 12, 301].flatMap(le32);
  for (const first of range(0, bytes.length + 1)) {
    for (const second of [first, Math.min(first + 1, bytes.length), bytes.length]) {
      const machine = pinned().up(POLITE);
      const parts = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
      machine.send("inflate", ...parts.map((part) => machine.buffer(part)));
      expect(machine.ballooned).toEqual([12, 300, 301]);
      expect(machine.faults).toEqual({});
    }
  }
});

test("Cloud Hypervisor ff78eb8fb: the used length is 0 on every queue, because nothing was written", () => {
  const machine = full();
  machine.device.requestFreePages();
  machine.inflate(3, 4);
  machine.deflate(3);
  machine.send("stats", machine.buffer(entry(4, 1)));
  machine.device.requestStats();
  machine.send("hint", machine.buffer(le32(0x80000000)), pages(20));
  machine.send("report", pages(30, 2));
  expect(machine.host.zeroed).toEqual([3, 4, 20, 30, 31]);
  for (const role of ALL) expect(machine.queue(role).used()).toEqual([{ head: 0, written: 0 }]);
});

/** The device reports that it stopped, gives the frames back at the reset, and works again. */
function expectStopped(machine: Machine, fault: GuestFault): void {
  expect(machine.faults).toEqual({ [fault]: 1 });
  expect(machine.counters.needsReset).toBe(true);
  expect(machine.driver.interrupts().config).toBe(true);
  machine.up(POLITE);
  expect(machine.counters).toMatchObject({ needsReset: false, balloonedFrames: 0 });
  machine.inflate(6);
  expect(machine.ballooned).toEqual([6]);
}

test("Cloud Hypervisor 3402bc076: a guest's broken ring stops the device, not the machine", () => {
  const head = pinned().up(POLITE);
  head.queue("inflate").offer(128);
  head.queue("inflate").kick();
  expectStopped(head, "avail-head");

  const index = pinned().up(POLITE);
  index.queue("inflate").publish(129);
  index.queue("inflate").kick();
  expectStopped(index, "avail-index");

  const outside = pinned();
  outside.driver.negotiate(POLITE);
  const nowhere = 2 ** 40;
  outside.driver.transport.enableQueue(0, 128, { descriptors: nowhere, driver: nowhere, device: nowhere });
  outside.driver.ready();
  expectStopped(outside, "ring-address");
});

test("Firecracker PR #2358: an endless chain costs no more than one table", () => {
  const machine = pinned().up(POLITE);
  const queue = machine.queue("inflate");
  const buffer = machine.pfns([9]);
  const rings: (readonly [next: (i: number) => number, fault: GuestFault])[] = [
    [(i) => i, "loop"],
    [(i) => (i + 1) % queue.size, "loop"],
    [() => queue.size, "next-out-of-range"],
    [() => 0xffff, "next-out-of-range"],
  ];
  for (const [next, fault] of rings) {
    const before = machine.faults[fault] ?? 0;
    for (const i of range(0, queue.size)) queue.writeDescriptor(i, buffer, next(i));
    queue.offer(5);
    const reads = countReads(machine, () => {
      queue.kick();
    });
    expect(machine.faults[fault]).toBe(before + 1);
    expect(reads.words).toBeLessThan(10 * queue.size);
    expect(queue.used()).toEqual([{ head: 5, written: 0 }]);
  }
  expect(machine.ballooned).toEqual([]);
});
