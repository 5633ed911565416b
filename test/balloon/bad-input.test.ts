import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GuestFault } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { PageTracker } from "../../src/tracker/index.ts";
import { DescriptorFlag } from "../../src/virtio/index.ts";
import { FRAME_BYTES, pinned, range } from "./harness.ts";
import type { Machine } from "./harness.ts";

const { INDIRECT, NEXT } = DescriptorFlag;
const BALLOONED = [100, 101, 102];
const FRAMES = 1024;
const MEMORY = FRAMES * FRAME_BYTES;

let machine: Machine;
/** Batches without PFNs whose event says that they took effect. */
let hollow: number;

beforeEach(() => {
  machine = pinned({ frames: FRAMES }).up();
  machine.inflate(...BALLOONED);
  expect(machine.queue("inflate").used()).toHaveLength(1);
  machine.host.calls.length = 0;
  hollow = 0;
  for (const name of ["inflate", "deflate"] as const) {
    machine.device.on(name, ({ pfns }) => {
      if (pfns === 0) hollow++;
    });
  }
});

afterEach(() => {
  expect(hollow).toBe(0);
});

/** The chain was returned with nothing written, the fault was counted, and the queue still works. */
function expectFault(role: "inflate" | "deflate", fault: GuestFault, times = 1): void {
  expect(machine.faults).toEqual({ [fault]: times });
  expectReturned(role);
}

function expectReturned(role: "inflate" | "deflate"): void {
  const queue = machine.queue(role);
  expect(queue.used().map(({ written }) => written)).toEqual([0]);
  const before = machine.ballooned;
  if (role === "inflate") machine.inflate(700);
  else machine.deflate(BALLOONED[2]!);
  expect(queue.used().map(({ written }) => written)).toEqual([0]);
  const after = role === "inflate" ? [...before, 700] : before.filter((pfn) => pfn !== BALLOONED[2]);
  expect(machine.ballooned).toEqual(after);
  expect(machine.counters.needsReset).toBe(false);
  expect(machine.canaryIntact).toBe(true);
}

describe("bad PFNs are counted and skipped, and the good ones of the batch apply:", () => {
  test.each([FRAMES, FRAMES + 1, 0x80000000, 0xffffffff])("%d is beyond the memory", (pfn) => {
    machine.inflate(5, pfn, 6);
    expect(machine.ballooned).toEqual([5, 6, ...BALLOONED]);
    expectFault("inflate", "pfn-out-of-range");
  });

  test("the last frame is not beyond the memory", () => {
    machine.inflate(FRAMES - 1);
    expect(machine.ballooned).toEqual([...BALLOONED, FRAMES - 1]);
    expect(machine.faults).toEqual({});
  });

  test("a frame that a batch names twice changes hands once", () => {
    machine.inflate(5, 6, 5, 5);
    expect(machine.ballooned).toEqual([5, 6, ...BALLOONED]);
    expect(machine.host.calls).toEqual([
      { call: "unlock", first: 5, frames: 2 },
      { call: "discard", first: 5, frames: 2 },
    ]);
    expectFault("inflate", "pfn-duplicate", 2);
  });

  test("inflating a frame that is already ballooned does not touch it again", () => {
    machine.inflate(99, 100, 101);
    expect(machine.ballooned).toEqual([99, ...BALLOONED]);
    expect(machine.host.calls).toEqual([
      { call: "unlock", first: 99, frames: 1 },
      { call: "discard", first: 99, frames: 1 },
    ]);
    expectFault("inflate", "pfn-already-ballooned", 2);
  });

  test("deflating a frame that is not ballooned does not lock it", () => {
    machine.deflate(100, 103, 104);
    expect(machine.ballooned).toEqual([101, 102]);
    expect(machine.host.calls).toEqual([{ call: "lock", first: 100, frames: 1 }]);
    expectFault("deflate", "pfn-not-ballooned", 2);
  });

  test("each kind of PFN in a batch is counted as that kind (rule 5.5.6, POSITION-5)", () => {
    machine.inflate(5, 5, 100, 100, 2000, 2000);
    expect(machine.faults).toEqual({ "pfn-out-of-range": 2, "pfn-duplicate": 2, "pfn-already-ballooned": 1 });
    expect(machine.ballooned).toEqual([5, ...BALLOONED]);
  });
});

describe.each(["inflate", "deflate"] as const)(
  "a malformed batch on the %s queue changes nothing:",
  (role) => {
    /** The buffer names a frame that would change hands if the device read it. */
    const loud = (): { address: number; bytes: number } => machine.pfns(role === "inflate" ? [7] : [101]);

    test.each([1, 2, 3, 5, 4095])("%d bytes are not a whole number of PFNs", (bytes) => {
      machine.send(role, { ...loud(), bytes });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "odd-length");
    });

    test("a buffer of 0 bytes is empty", () => {
      machine.send(role, { ...loud(), bytes: 0 });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "empty");
    });

    test("a device-writable buffer contains no PFNs (RING-4)", () => {
      machine.send(role, { ...loud(), writable: true });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "write-only");
    });

    test("a length of 2^32 - 1 does not fit in memory", () => {
      machine.send(role, { ...loud(), bytes: 0xffffffff });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "address-out-of-range");
    });

    test.each([
      ["at the end", MEMORY, 4],
      ["across the end", MEMORY - 4, 8],
      ["in the upper half of the address space", 2 ** 63, 4],
      ["that wraps 32 bits", 0xfffffffc, 8],
      ["that wraps 64 bits", 2 ** 64 - 4096, 0x2000],
      ["with a high word over a good low word", 2 ** 32 + 4096, 4],
    ])("an address %s is out of range", (_where, address, bytes) => {
      machine.send(role, { address, bytes });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "address-out-of-range");
    });

    test("a good buffer before a bad one is not applied", () => {
      machine.send(role, loud(), { address: MEMORY, bytes: 4 });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "address-out-of-range");
    });

    test("a descriptor that links to itself is a loop", () => {
      const queue = machine.queue(role);
      queue.writeDescriptor(9, loud(), 9);
      queue.offer(9);
      queue.kick();
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "loop");
    });

    test("a chain through the whole table and back is a loop (RING-2)", () => {
      const queue = machine.queue(role);
      const buffer = loud();
      for (let i = 0; i < queue.size; i++) queue.writeDescriptor(i, buffer, (i + 1) % queue.size);
      queue.offer(3);
      queue.kick();
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "loop");
    });

    test.each([128, 129, 0xffff])("next descriptor %d is outside the table", (next) => {
      const queue = machine.queue(role);
      queue.writeDescriptor(0, loud(), next);
      queue.offer(0);
      queue.kick();
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "next-out-of-range");
    });

    test("a readable buffer after a writable one is out of order (rule 2.7.4.2)", () => {
      const buffer = loud();
      machine.send(role, { ...buffer, writable: true }, buffer);
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "order");
    });

    test("more than 65536 PFNs are too many", () => {
      machine.send(role, { address: 0, bytes: 4 * 65537 });
      expect(machine.ballooned).toEqual(BALLOONED);
      expectFault(role, "oversized");
    });

    describe("an indirect table", () => {
      let table: number;
      interface Reference {
        readonly at?: number;
        readonly flags?: number;
        readonly next?: number;
      }
      const refer = (bytes: number, { at = table, flags = INDIRECT, next = 0 }: Reference = {}): void => {
        const queue = machine.queue(role);
        queue.writeDescriptor(0, { address: at, bytes }, undefined, flags);
        machine.memory.write16(queue.descriptors + 14, next);
        queue.offer(0);
        queue.kick();
        expect(machine.ballooned).toEqual(BALLOONED);
      };

      beforeEach(() => {
        table = machine.driver.allocate(4096);
        machine.queue(role).poke(table, loud());
      });

      test("that refers to another table is nested (rule 2.7.5.3)", () => {
        machine.queue(role).poke(table, { address: table, bytes: 16 }, undefined, INDIRECT);
        refer(16);
        expectFault(role, "indirect-nested");
      });

      test("and a next descriptor are nested as well", () => {
        refer(16, { flags: INDIRECT | NEXT, next: 1 });
        expectFault(role, "indirect-nested");
      });

      test.each([
        ["no", 0],
        ["an incomplete number of", 24],
        ["more than the queue's", 129 * 16],
        ["2^32 - 1 bytes of", 0xffffffff],
      ])("of %s descriptors", (_what, bytes) => {
        refer(bytes);
        expectFault(role, "indirect-table");
      });

      test.each([MEMORY - 8, MEMORY, 2 ** 32 + 4096, 2 ** 64 - 4096])("at %d, outside memory", (at) => {
        refer(16, { at });
        expectFault(role, "indirect-table");
      });

      test("whose chain leaves the table", () => {
        machine.queue(role).poke(table, loud(), 1);
        refer(16);
        expectFault(role, "next-out-of-range");
      });

      test("whose chain is a loop", () => {
        machine.queue(role).poke(table, loud(), 1);
        machine.queue(role).poke(table + 16, loud(), 0);
        refer(32);
        expectFault(role, "loop");
      });

      test("without the feature", () => {
        const { VERSION_1, WILL_TELL_HOST } = Feature;
        machine.up(featureSet(VERSION_1, WILL_TELL_HOST));
        machine.inflate(...BALLOONED);
        machine.queue("inflate").used();
        refer(16);
        expectFault(role, "indirect-not-negotiated");
      });
    });
  },
);

test("buffers of more than 2^32 bytes in total are too long; exactly 2^32 bytes are only too many PFNs (rule 2.7.5.2)", () => {
  machine = pinned({ frames: 8192 }).up();
  const whole = { address: 0, bytes: 8192 * FRAME_BYTES };
  const queue = machine.queue("inflate");
  const table = machine.driver.allocate(16 * queue.size);
  // 127 direct and one indirect descriptor: 128 buffers of 32 MiB are 2^32 bytes.
  for (let i = 0; i < queue.size - 1; i++) queue.writeDescriptor(i, whole, i + 1);
  queue.writeDescriptor(queue.size - 1, { address: table, bytes: 32 }, undefined, INDIRECT);
  queue.poke(table, whole);
  queue.offer(0);
  queue.kick();
  expect(machine.faults).toEqual({ oversized: 1 });
  queue.poke(table, whole, 1);
  queue.poke(table + 16, { address: 0, bytes: 1 });
  queue.offer(0);
  queue.kick();
  expect(machine.faults).toEqual({ oversized: 1, "too-long": 1 });
  expect(queue.used()).toHaveLength(2);
  expect(machine.ballooned).toEqual([]);
});

describe("input that looks odd is allowed:", () => {
  test("PFNs may be split across two buffers at every byte", () => {
    const bytes = [10, 0, 0, 0, 0x2c, 1, 0, 0, 12, 0, 0, 0];
    for (let cut = 1; cut < bytes.length; cut++) {
      machine.send("inflate", machine.buffer(bytes.slice(0, cut)), machine.buffer(bytes.slice(cut)));
      expect(machine.ballooned).toEqual([10, 12, ...BALLOONED, 300]);
      machine.deflate(10, 300, 12);
      expect(machine.ballooned).toEqual(BALLOONED);
    }
    expect(machine.faults).toEqual({});
  });

  test("every byte may have its own buffer, with empty buffers between (RING-1)", () => {
    const none = { address: MEMORY, bytes: 0 };
    const bytes = [10, 0, 0, 0, 11, 0, 0, 0].flatMap((byte) => [machine.buffer([byte]), none]);
    machine.send("inflate", ...bytes);
    expect(machine.ballooned).toEqual([10, 11, ...BALLOONED]);
    expect(machine.faults).toEqual({});
  });

  test("writable buffers after the PFNs are not touched, and the PFNs apply", () => {
    const spare = machine.buffer([1, 2, 3, 4]);
    machine.send("inflate", machine.pfns([10]), { ...spare, writable: true });
    expect(machine.ballooned).toEqual([10, ...BALLOONED]);
    expect([...machine.memory.bytes.subarray(spare.address, spare.address + 4)]).toEqual([1, 2, 3, 4]);
    expect(machine.faults).toEqual({});
    expectReturned("inflate");
  });

  test("an indirect table after direct buffers is followed, and its WRITE flag is ignored (INDIRECT-1)", () => {
    const queue = machine.queue("inflate");
    const table = machine.driver.allocate(32);
    queue.poke(table, machine.pfns([11]), 1);
    queue.poke(table + 16, machine.pfns([12]));
    queue.writeDescriptor(0, machine.pfns([10]), 1);
    queue.writeDescriptor(1, { address: table, bytes: 32, writable: true }, undefined, INDIRECT);
    queue.offer(0);
    queue.kick();
    expect(machine.ballooned).toEqual([10, 11, 12, ...BALLOONED]);
    expect(machine.faults).toEqual({});
  });

  test("65536 PFNs are one batch (POSITION-5)", () => {
    machine.memory.bytes.fill(0, 0, 4 * 65536);
    range(0, 4).forEach((pfn) => {
      machine.memory.write32(4 * 16384 * pfn, pfn);
    });
    // Not every second word is 0: these are 4-byte PFNs.
    machine.memory.write32(4, 3);
    machine.send("inflate", { address: 0, bytes: 4 * 65536 });
    expect(machine.ballooned).toEqual([0, 1, 2, 3, ...BALLOONED]);
    expect(machine.faults).toEqual({ "pfn-duplicate": 65532 });
  });
});

describe("a corrupt ring stops the device:", () => {
  const ballooned = BALLOONED;
  /** Nothing in the ring can be trusted: the device stops and reports it. */
  function expectStopped(fault: GuestFault): void {
    expect(machine.faults).toEqual({ [fault]: 1 });
    expect(machine.counters.needsReset).toBe(true);
    expect(machine.ballooned).toEqual(ballooned);
    expect(machine.driver.interrupts().config).toBe(true);
    expect(machine.canaryIntact).toBe(true);
  }

  test.each([129, 1000, 0x7fff, 0xffff])("%d chains more than before (rule 2.7.6)", (jump) => {
    const queue = machine.queue("inflate");
    queue.writeDescriptor(1, machine.pfns([7]));
    queue.publish(queue.usedIndex + jump);
    queue.kick();
    expectStopped("avail-index");
    expect(queue.used()).toEqual([]);
  });

  test.each([128, 129, 0xffff])("a chain that begins at descriptor %d", (head) => {
    const queue = machine.queue("deflate");
    queue.offer(head);
    queue.kick();
    expectStopped("avail-head");
    expect(queue.used()).toEqual([]);
  });

  test("the device does not look at the ring again until a reset, which starts from nothing", () => {
    const queue = machine.queue("deflate");
    queue.offer(128);
    queue.kick();
    machine.deflate(101);
    machine.inflate(7);
    expectStopped("avail-head");
    machine.up();
    expect(machine.counters.needsReset).toBe(false);
    expect(machine.ballooned).toEqual([]);
    machine.inflate(7);
    expect(machine.ballooned).toEqual([7]);
    expect(machine.queue("inflate").used()).toHaveLength(1);
  });
});

test("a host without memory for the page set stops the device, not the emulator", () => {
  const reasons: string[] = [];
  machine.device.on("needs-reset", (reason) => reasons.push(reason));
  vi.spyOn(PageTracker.prototype, "inflateStagedInto").mockImplementationOnce(() => {
    throw new Error("no memory for the bits");
  });
  machine.inflate(7);
  expect(reasons).toEqual(["the host failed: Error: no memory for the bits"]);
  expect(machine.counters.needsReset).toBe(true);
  expect(machine.queue("inflate").used()).toEqual([]);
  machine.up();
  machine.inflate(7);
  expect(machine.ballooned).toEqual([7]);
});
