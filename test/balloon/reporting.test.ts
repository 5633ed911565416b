import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FreePagesEvent } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { FRAME_BYTES, range, unpinned } from "./harness.ts";

const FEATURES = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.PAGE_REPORTING);
const SCRATCH = 200;

describe("reported pages", () => {
  test("are zeroed where they are whole frames, and nowhere else (DRV-R4)", () => {
    const range0 = fc.record({
      address: fc.integer({ min: 0, max: SCRATCH * FRAME_BYTES }),
      bytes: fc.integer({ min: 0, max: 5 * FRAME_BYTES }),
      aligned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(range0, { minLength: 1, maxLength: 8 }), (ranges) => {
        const machine = unpinned({ frames: 256, scratch: SCRATCH, freePageReporting: true }).up(FEATURES);
        const end = SCRATCH * FRAME_BYTES;
        machine.memory.bytes.fill(1, 0, end);
        const buffers = ranges.map(({ address, bytes, aligned }) => {
          const from = aligned ? address - (address % FRAME_BYTES) : address;
          const length = aligned ? bytes - (bytes % FRAME_BYTES) : bytes;
          return { address: from, bytes: Math.min(length, end - from), writable: true };
        });
        machine.send("report", ...buffers);
        const whole = range(0, SCRATCH).filter((frame) =>
          buffers.some(
            ({ address, bytes }) =>
              address <= frame * FRAME_BYTES && (frame + 1) * FRAME_BYTES <= address + bytes,
          ),
        );
        const wrong = range(0, end).filter(
          (at) => (machine.memory.bytes[at] === 0) !== whole.includes(Math.floor(at / FRAME_BYTES)),
        );
        expect(wrong).toEqual([]);
        expect(machine.queue("report").used()).toHaveLength(1);
      }),
      { numRuns: 25 },
    );
  });

  test("do not become ballooned, and the host is told (RING-6)", () => {
    const machine = unpinned({ freePageReporting: true }).up(FEATURES);
    const told: FreePagesEvent[] = [];
    machine.device.on("report", (pages) => told.push(pages));
    const page = (first: number, frames: number) => ({
      address: first * FRAME_BYTES,
      bytes: frames * FRAME_BYTES,
      writable: true,
    });
    machine.send("report", page(3, 2), page(10, 1));
    expect(machine.ballooned).toEqual([]);
    expect(told).toEqual([{ ranges: 2, frames: 3 }]);
    expect(machine.queue("report").used()).toEqual([{ head: 0, written: 0 }]);
  });

  test("are device-writable buffers: readable ones are not pages", () => {
    const machine = unpinned({ freePageReporting: true }).up(FEATURES);
    machine.memory.bytes.fill(1, 0, 20 * FRAME_BYTES);
    machine.send("report", { address: 0, bytes: FRAME_BYTES });
    expect(machine.host.zeroed).toEqual([]);
    expect(machine.queue("report").used()).toHaveLength(1);
  });

  test("that extend past the end of memory are not touched (the chain has a fault)", () => {
    const machine = unpinned({ frames: 64, freePageReporting: true }).up(FEATURES, 8);
    machine.send("report", { address: 60 * FRAME_BYTES, bytes: 5 * FRAME_BYTES, writable: true });
    expect(machine.host.zeroed).toEqual([]);
    expect(machine.faults).toEqual({ "address-out-of-range": 1 });
    expect(machine.canaryIntact).toBe(true);
  });

  test("end at the last whole frame when memory ends in a partial one", () => {
    const machine = unpinned({ frames: 64, spare: 100, freePageReporting: true }).up(FEATURES, 8);
    machine.send("report", { address: 5 * FRAME_BYTES, bytes: 2 * FRAME_BYTES + 100, writable: true });
    expect(machine.host.zeroed).toEqual([5, 6]);
    // The rings are up there too, so this test comes last.
    machine.send("report", { address: 62 * FRAME_BYTES, bytes: 2 * FRAME_BYTES + 100, writable: true });
    expect(machine.host.zeroed).toEqual([5, 6, 62, 63]);
    expect(machine.canaryIntact).toBe(true);
  });
});

describe("reporting", () => {
  test("is offered when asked for, together with PAGE_POISON (DRV-F3)", () => {
    expect(unpinned().counters.offered).not.toContain("PAGE_REPORTING");
    expect(unpinned().counters.offered).not.toContain("PAGE_POISON");
    const { offered } = unpinned({ freePageReporting: true }).counters;
    expect(offered).toEqual(expect.arrayContaining(["PAGE_REPORTING", "PAGE_POISON"]));
  });

  test("does not give a ballooned frame a second time", () => {
    const machine = unpinned({ freePageReporting: true }).up(FEATURES);
    machine.inflate(4, 5);
    machine.host.zeroed.length = 0;
    machine.send("report", { address: 3 * FRAME_BYTES, bytes: 4 * FRAME_BYTES, writable: true });
    expect(machine.host.zeroed).toEqual([3, 6]);
    expect(machine.ballooned).toEqual([4, 5]);
  });
});
