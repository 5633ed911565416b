import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordingHost } from "../../src/host/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";
import { FRAME_BYTES, Machine, range } from "./harness.ts";
import { RingModel } from "./ring-model.ts";

const FRAMES = 16;
const MEMORY = FRAMES * FRAME_BYTES;
const SIZE = 8;
/** Where PFNs and indirect tables stand; the rings come after. */
const DATA = 0x1000;

const BASE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);

const address = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 63 }).map((slot) => DATA + 16 * slot) },
  { weight: 2, arbitrary: fc.integer({ min: DATA, max: DATA + 0x400 }) },
  { weight: 2, arbitrary: fc.integer({ min: MEMORY - 40, max: MEMORY + 8 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: MEMORY }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 + DATA, 2 ** 31, 0xfffffff0, 2 ** 63, 2 ** 64 - 4096) },
);
const length = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 10 }).map((words) => 4 * words) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 8 }).map((entries) => 16 * entries) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 1, arbitrary: fc.constantFrom(144, 4096, MEMORY, 0x7fffffff, 0x80000000, 0xffffffff) },
);
const flags = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.constantFrom(2, 3, 4) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);
const next = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: SIZE - 1 }) },
  { weight: 1, arbitrary: fc.constantFrom(SIZE, 0xffff) },
);
const descriptor = fc.record({ address, length, flags, next });
const word = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 0, max: FRAMES + 1 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x80000000, 0xffffffff) },
);
/** What stands in the table, in the data area as tables of descriptors, and in it as PFNs. */
const round = fc.record({
  queue: fc.constantFrom("inflate" as const, "inflate" as const, "deflate" as const),
  table: fc.array(fc.tuple(fc.integer({ min: 0, max: SIZE - 1 }), descriptor), { maxLength: 8 }),
  indirect: fc.array(fc.tuple(fc.integer({ min: 0, max: 31 }), descriptor), { maxLength: 8 }),
  words: fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), word), { maxLength: 40 }),
  heads: fc.array(
    fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 0, max: SIZE - 1 }) }, fc.constantFrom(SIZE, 0xffff)),
    { maxLength: SIZE },
  ),
  jump: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.constantFrom(1, SIZE, 9, 0x8000, 0xffff)),
});

function write(
  queue: MockQueue,
  at: number,
  { address, length, flags, next }: typeof descriptor extends fc.Arbitrary<infer T> ? T : never,
): void {
  queue.poke(at, { address, bytes: length }, next, flags & ~1);
  // poke sets NEXT where there is a next one; here the flag is the generator's.
  if ((flags & 1) === 0) queue.poke(at, { address, bytes: length }, undefined, flags);
}

describe("whatever stands in the rings", () => {
  test("memory, page set and locks are what the model says, and nothing else was touched", () => {
    const features = fc.subarray([Feature.RING_INDIRECT_DESC, Feature.RING_EVENT_IDX]);
    let corrupt = 0;
    let changed = 0;
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 6 }), features, (rounds, bits) => {
        const machine = new Machine({
          frames: FRAMES,
          scratch: 2,
          host: () => new RecordingHost({ frames: FRAMES }),
        }).up(BASE | featureSet(...bits), SIZE);
        const has = (bit: number): boolean => bits.includes(bit as never);
        const indirect = has(Feature.RING_INDIRECT_DESC);
        const eventIdx = has(Feature.RING_EVENT_IDX);
        const models = {
          inflate: new RingModel(machine.queue("inflate"), FRAMES, indirect, eventIdx),
          deflate: new RingModel(machine.queue("deflate"), FRAMES, indirect, eventIdx),
        };
        const held = new Set<number>();
        for (const { queue: role, table, indirect, words, heads, jump } of rounds) {
          const queue = machine.queue(role);
          for (const [slot, value] of words) machine.memory.write32(DATA + 4 * slot, value);
          for (const [slot, value] of indirect) write(queue, DATA + 16 * slot, value);
          for (const [slot, value] of table) write(queue, queue.descriptors + 16 * slot, value);
          for (const head of heads) queue.offer(head);
          if (jump > 0) queue.publish(models[role].nextAvail + jump);
          const copy = machine.memory.bytes.slice();
          const before = held.size;
          const fine = models[role].serve(new DataView(copy.buffer), (pfn) => {
            if (role === "inflate") held.add(pfn);
            else held.delete(pfn);
          });
          queue.kick();
          expect(machine.report.needsReset).toBe(!fine);
          expect(machine.held).toEqual([...held].sort((a, b) => a - b));
          expect(Buffer.compare(machine.memory.bytes, copy)).toBe(0);
          expect(machine.canaryIntact).toBe(true);
          const unlocked = range(0, FRAMES).filter((frame) => !machine.host.isLocked(frame));
          expect(unlocked).toEqual(machine.held);
          if (held.size !== before) changed++;
          if (fine) continue;
          corrupt++;
          return;
        }
      }),
      { numRuns: 2500, seed: 20120907 },
    );
    // The generator must reach what it is for.
    expect(corrupt).toBeGreaterThan(100);
    expect(changed).toBeGreaterThan(500);
  });
});
