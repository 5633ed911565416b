import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { STAT_NAMES } from "../../src/balloon/index.ts";
import type { GuestStats } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { FRAME_BYTES, pinned } from "./harness.ts";
import type { Machine } from "./harness.ts";

const FEATURES = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.STATS_VQ);

let machine: Machine;
let seen: GuestStats[];

function entry(tag: number, value: bigint): number[] {
  const bytes = new DataView(new ArrayBuffer(10));
  bytes.setUint16(0, tag, true);
  bytes.setBigUint64(2, value, true);
  return [...new Uint8Array(bytes.buffer)];
}

const send = (...entries: [tag: number, value: bigint][]): number =>
  machine.send("stats", machine.buffer(entries.flatMap(([tag, value]) => entry(tag, value))));
const used = (): number[] =>
  machine
    .queue("stats")
    .used()
    .map(({ head }) => head);

beforeEach(() => {
  machine = pinned().up(FEATURES);
  seen = [];
  machine.device.on("stats", (stats) => seen.push(stats));
});

describe("a statistics buffer", () => {
  test("gives the 16 known tags by name, in any order (DRV-S6, DRV-S7, DEV-S2)", () => {
    const tags = STAT_NAMES.map((_, tag) => tag);
    fc.assert(
      fc.property(fc.shuffledSubarray(tags), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (some, value) => {
        machine = pinned().up(FEATURES);
        send(...some.map((tag) => [tag, value ^ BigInt(tag)] as [number, bigint]));
        const expected: Record<string, bigint> = {};
        for (const tag of some) expected[STAT_NAMES[tag]!] = value ^ BigInt(tag);
        expect(machine.device.counters().stats).toEqual(expected);
      }),
      { numRuns: 50 },
    );
    expect(STAT_NAMES).toHaveLength(16);
    expect(new Set(STAT_NAMES).size).toBe(16);
    expect(STAT_NAMES.slice(3, 6)).toEqual(["MINFLT", "MEMFREE", "MEMTOT"]);
    expect([STAT_NAMES[9], STAT_NAMES[10], STAT_NAMES[15]]).toEqual([
      "HTLB_PGFAIL",
      "OOM_KILL",
      "DIRECT_RECLAIM",
    ]);
  });

  test("gives unknown tags by number (DEV-S1), and 64-bit values in full", () => {
    send([16, 1n], [65534, 2n ** 64n - 1n], [4, 2n ** 53n + 1n]);
    expect(seen).toEqual([{ "16": 1n, "65534": 2n ** 64n - 1n, MEMFREE: 2n ** 53n + 1n }]);
    expect(machine.faults).toEqual({});
  });

  test("may be split anywhere over buffers, and device-writable buffers are ignored (RING-1, RING-4)", () => {
    const bytes = [...entry(4, 0x0102030405060708n), ...entry(5, 9n)];
    for (const cut of [1, 9, 10, 11, 19]) {
      machine.device.requestStats();
      const parts = [machine.buffer(bytes.slice(0, cut)), machine.buffer(bytes.slice(cut))];
      machine.send("stats", ...parts, { address: 0, bytes: 7, writable: true });
    }
    expect(seen).toEqual(Array.from({ length: 5 }, () => ({ MEMFREE: 0x0102030405060708n, MEMTOT: 9n })));
  });

  test("gives the last value of a tag that comes twice", () => {
    send([4, 1n], [4, 2n]);
    expect(seen).toEqual([{ MEMFREE: 2n }]);
  });

  test.each([1, 5, 9, 11, 2570])(
    "of %d bytes is not valid: it is counted and kept, and the next one is read (POSITION-2)",
    (bytes) => {
      machine.send("stats", { address: 0, bytes });
      expect(seen).toEqual([]);
      expect(machine.faults).toEqual({ "stats-length": 1 });
      expect(used()).toEqual([]);
      expect(machine.device.requestStats()).toBe(true);
      send([4, 1n]);
      expect(seen).toEqual([{ MEMFREE: 1n }]);
    },
  );

  test("as large as memory is not read", () => {
    machine.send("stats", { address: 0, bytes: 1020 * FRAME_BYTES });
    expect(machine.faults).toEqual({ "stats-length": 1 });
  });

  test("of 256 entries is the largest", () => {
    send(...Array.from({ length: 256 }, (_, i) => [i, BigInt(i)] as [number, bigint]));
    expect(Object.keys(seen[0]!)).toHaveLength(256);
  });

  test("without entries is an empty report", () => {
    machine.send("stats", { address: 0, bytes: 0 });
    expect(seen).toEqual([{}]);
    expect(machine.faults).toEqual({});
  });
});

describe("the device", () => {
  test("keeps the buffer until new statistics are asked for, then returns it and interrupts", () => {
    const head = send([4, 1n]);
    expect(used()).toEqual([]);
    expect(machine.line.raised).toBe(false);
    expect(machine.device.requestStats()).toBe(true);
    expect(used()).toEqual([head]);
    expect(machine.driver.interrupts().queue).toBe(true);
    send([4, 2n]);
    expect(seen).toEqual([{ MEMFREE: 1n }, { MEMFREE: 2n }]);
  });

  test("cannot ask while the driver has left no buffer (DRV-S2)", () => {
    expect(machine.device.requestStats()).toBe(false);
    send([4, 1n]);
    expect(machine.device.requestStats()).toBe(true);
    expect(machine.device.requestStats()).toBe(false);
    expect(machine.queue("stats").usedIndex).toBe(1);
  });

  test("returns a second buffer at once, and keeps the first (DRV-S1)", () => {
    const first = send([4, 1n]);
    const second = send([4, 2n]);
    expect(used()).toEqual([second]);
    expect(machine.faults).toEqual({ "stats-extra-buffer": 1 });
    expect(seen).toHaveLength(1);
    machine.device.requestStats();
    expect(used()).toEqual([first]);
  });

  test("takes a buffer that was made available before DRIVER_OK, as Linux does", () => {
    machine = pinned().setUp(FEATURES);
    machine.queue("stats").add(machine.buffer(entry(4, 3n)));
    machine.queue("stats").kick();
    expect(machine.device.counters().stats).toEqual({});
    machine.driver.ready();
    expect(machine.device.counters().stats).toEqual({ MEMFREE: 3n });
  });

  test("does not ask before DRIVER_OK, without the feature, or when it needs a reset", () => {
    expect(pinned().device.requestStats()).toBe(false);
    expect(pinned().setUp(FEATURES).device.requestStats()).toBe(false);
    expect(
      pinned()
        .up(FEATURES & ~2n)
        .device.requestStats(),
    ).toBe(false);
    send([4, 1n]);
    machine.queue("inflate").offer(999);
    machine.queue("inflate").kick();
    expect(machine.device.requestStats()).toBe(false);
    expect(used()).toEqual([]);
  });

  test("forgets the buffer at a reset, a thousand times over (RESET-2)", () => {
    machine = pinned({ frames: 65536 });
    for (let i = 0; i < 1000; i++) {
      machine.up(FEATURES, 8);
      send([4, 1n]);
      expect(machine.device.requestStats()).toBe(true);
      expect(used()).toHaveLength(1);
      send([4, 2n]);
    }
    machine.driver.reset();
    expect(machine.device.requestStats()).toBe(false);
    expect(machine.faults).toEqual({});
  });

  test("forgets the buffer when only the queue is reset", () => {
    machine = pinned().up(FEATURES | featureSet(Feature.RING_RESET));
    send([4, 1n]);
    machine.driver.resetQueue(2);
    expect(machine.device.requestStats()).toBe(false);
    expect(machine.device.state().statsBuffer).toBeUndefined();
  });
});
