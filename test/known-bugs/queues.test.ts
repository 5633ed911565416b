import { expect, test } from "vitest";
import type { QueueNumbering, QueueRole } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, range, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";
import { driverBy, entry, le32, pages, POLITE, TRANSPORTS } from "./helpers.ts";
import type { Transport } from "./helpers.ts";
import { virtioOf } from "../balloon/internals.ts";

const BITS = {
  stats: Feature.STATS_VQ,
  hint: Feature.FREE_PAGE_HINT,
  report: Feature.PAGE_REPORTING,
} as const;
type Optional = keyof typeof BITS;
const OPTIONAL = Object.keys(BITS) as Optional[];
/** The eight combinations. */
const SUBSETS: readonly Optional[][] = range(0, 8).map((bits) =>
  OPTIONAL.filter((_role, i) => (bits >> i) & 1),
);

/** What each queue does with its own input; every other queue would do something else with it. */
const WORK: Record<QueueRole, (machine: Machine<ListingHost>) => boolean> = {
  inflate: (machine) => {
    machine.inflate(40);
    return machine.ballooned.includes(40);
  },
  deflate: (machine) => {
    machine.deflate(40);
    return machine.ballooned.length === 0;
  },
  stats: (machine) => {
    machine.send("stats", machine.buffer(entry(4, 9)));
    return machine.device.counters().stats.MEMFREE === 9n;
  },
  hint: (machine) => {
    machine.device.requestFreePages();
    machine.send("hint", machine.buffer(le32(0x80000000)), pages(50));
    return machine.host.zeroed.includes(50) && machine.device.state().hint.phase === "running";
  },
  report: (machine) => {
    machine.send("report", pages(60));
    return machine.host.zeroed.includes(60);
  },
};

test("Firecracker 8f6e93257: each queue does its own work, whichever optional queues exist", () => {
  for (const took of SUBSETS) {
    const features = POLITE | featureSet(...took.map((role) => BITS[role]));
    const machine = unpinned({ freePageReporting: true }).up(features);
    for (const role of ["inflate", "deflate", ...took] as const) {
      expect(WORK[role](machine), `${role} of ${took.join()}`).toBe(true);
    }
    expect(machine.faults).toEqual({});
  }
});

test("crosvm 14a0ab90a, 4ce4bbc22: the reporting queue has its number in each numbering, without the queues before it", () => {
  const numbers: Record<QueueNumbering, number> = { negotiated: 2, offered: 4, spec: 4 };
  for (const [queueNumbering, index] of Object.entries(numbers) as [QueueNumbering, number][]) {
    const machine = unpinned({ freePageReporting: true, queueNumbering });
    machine.driver.negotiate(POLITE | featureSet(Feature.PAGE_REPORTING));
    const sizes = range(0, 6).map((number) => machine.driver.transport.queueSize(number));
    expect(range(2, 4).filter((number) => sizes[number]! > 0)).toEqual([index]);
    const queue = machine.driver.queue(index);
    machine.driver.ready();
    queue.add(pages(60));
    queue.kick();
    expect(machine.host.zeroed).toEqual([60]);
    expect(queue.used()).toHaveLength(1);
  }
});

/** Queue numbers that a driver can notify: modern PCI has a register for each of them. */
const NOTIFIERS: Record<Transport, number> = { "modern PCI": 8, "legacy PCI": 0x10001, MMIO: 300 };
const ODD_NUMBERS = [5, 8, 0xffff, 0x10000, 0x80000000, 0xffffffff, -1];

test("QEMU 12fc8903a8: every queue number can be kicked while the hint queue is half set up", () => {
  const features = featureSet(Feature.WILL_TELL_HOST, Feature.STATS_VQ, Feature.FREE_PAGE_HINT);
  const HINT = 3;
  for (const transport of TRANSPORTS) {
    const machine = unpinned({ freePageReporting: true });
    const driver = driverBy(transport, machine);
    const modern = featureSet(Feature.VERSION_1);
    driver.negotiate(transport === "legacy PCI" ? features : features | modern);
    const inflate = driver.queue(0);
    driver.transport.queueSize(HINT);
    // Where a queue without addresses would look for its rings.
    machine.memory.bytes.fill(0xff, 0, 0x5000);
    driver.ready();
    machine.device.requestFreePages();
    for (const number of range(0, NOTIFIERS[transport])) driver.transport.notify(number);
    for (const number of ODD_NUMBERS) virtioOf(machine.device).notify(number);
    expect([machine.faults, machine.counters.needsReset], transport).toEqual([{}, false]);
    machine.memory.write32(0x5000, 40);
    inflate.add({ address: 0x5000, bytes: 4 });
    inflate.kick();
    expect(machine.ballooned).toEqual([40]);
  }
});

test("QEMU 12fc8903a8: a hint queue enabled without addresses, or with bad ones, stops the device at worst", () => {
  const features = POLITE | featureSet(Feature.FREE_PAGE_HINT);
  const places = { nowhere: 0, "not in memory": 2 ** 40, "not aligned": 0x3001 };
  for (const [where, address] of Object.entries(places)) {
    const machine = unpinned().up(POLITE);
    machine.driver.negotiate(features);
    machine.driver.transport.enableQueue(2, 128, { descriptors: address, driver: address, device: address });
    machine.driver.ready();
    machine.device.requestFreePages();
    machine.driver.transport.notify(2);
    expect(machine.counters.needsReset, where).toBe(address !== 0);
    expect(machine.canaryIntact).toBe(true);
    expect(WORK.inflate(machine.up(features))).toBe(true);
  }
});

test("v86 1e179445: a full ring is not taken for an empty one, even where its index wraps at 65536", () => {
  const machine = pinned().up(POLITE);
  const queue = machine.queue("inflate");
  const buffer = machine.pfns([9]);
  for (const i of range(0, queue.size)) queue.writeDescriptor(i, buffer);
  // The full rings lie across the wrap, not beside it.
  for (const head of range(0, queue.size >> 1)) queue.offer(head);
  queue.kick();
  expect(queue.used()).toHaveLength(queue.size >> 1);
  for (let chains = 0; chains < 65536 + queue.size; chains += queue.size) {
    for (const head of range(0, queue.size)) queue.offer(head);
    queue.kick();
    expect(queue.used().map(({ head }) => head)).toEqual(range(0, queue.size));
  }
  expect(queue.usedIndex).toBe(1.5 * queue.size);
  expect(machine.counters).toMatchObject({
    needsReset: false,
    batches: { inflate: 65536 + 1.5 * queue.size },
  });
});
