import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { DescriptorChain, DescriptorFlag } from "../../src/virtio/index.ts";
import { INDIRECT, Toy, VERSION_1 } from "./toy.ts";
import type { SeenBuffer } from "./toy.ts";

const buffers = (max: number): fc.Arbitrary<SeenBuffer[]> =>
  fc
    .array(
      fc.record({
        address: fc.integer({ min: 0x8000, max: 0x9000 }),
        bytes: fc.integer({ min: 0, max: 300 }),
        writable: fc.boolean(),
      }),
      { minLength: 1, maxLength: max },
    )
    // Readable buffers come first.
    .map((list) => list.sort((a, b) => Number(a.writable) - Number(b.writable)));

describe("a chain", () => {
  test("is its buffers in order, wherever its descriptors are in the table", () => {
    fc.assert(
      fc.property(
        buffers(8),
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
        (list, places) => {
          const toy = new Toy();
          toy.driver.negotiate(VERSION_1);
          const queue = toy.driver.queue(1);
          toy.driver.ready();
          list.forEach((buffer, i) => {
            queue.writeDescriptor(places[i]!, buffer, i === list.length - 1 ? undefined : places[i + 1]);
          });
          queue.offer(places[0]!);
          queue.kick();
          expect(toy.chains).toEqual([{ queue: 1, head: places[0], fault: undefined, buffers: list }]);
          const written = list.reduce((sum, { bytes, writable }) => sum + (writable ? bytes : 0), 0);
          expect(queue.used()).toEqual([{ head: places[0], written }]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("may continue in an indirect table after any number of direct descriptors (INDIRECT-2)", () => {
    fc.assert(
      fc.property(buffers(15), fc.integer({ min: 0, max: 7 }), (list, wanted) => {
        const direct = Math.min(Math.max(wanted, list.length - 8), list.length - 1);
        const toy = new Toy();
        toy.driver.negotiate(VERSION_1 | INDIRECT);
        const queue = toy.driver.queue(1);
        toy.driver.ready();
        const table = toy.driver.allocate(16 * 8);
        const inTable = list.slice(direct);
        inTable.forEach((buffer, i) => {
          queue.poke(table + 16 * i, buffer, i === inTable.length - 1 ? undefined : i + 1);
        });
        list.slice(0, direct).forEach((buffer, i) => {
          queue.writeDescriptor(i, buffer, i + 1);
        });
        queue.writeDescriptor(
          direct,
          { address: table, bytes: 16 * inTable.length },
          undefined,
          DescriptorFlag.INDIRECT,
        );
        queue.offer(0);
        queue.kick();
        expect(toy.chains).toEqual([{ queue: 1, head: 0, fault: undefined, buffers: list }]);
      }),
      { numRuns: 200 },
    );
  });

  test("with only an indirect table is what the mock's addIndirect makes", () => {
    const toy = new Toy();
    toy.driver.negotiate(VERSION_1 | INDIRECT);
    const queue = toy.driver.queue(0);
    toy.driver.ready();
    const list = [1, 2, 3].map((bytes) => ({ address: 0x8000 + bytes, bytes, writable: bytes > 1 }));
    const head = queue.addIndirect(toy.driver.allocate(48), ...list);
    queue.kick();
    expect(toy.chains).toEqual([{ queue: 0, head, fault: undefined, buffers: list }]);
  });

  test("counts its readable and writable bytes, from 0 for each chain", () => {
    const chain = new DescriptorChain();
    chain.begin(3);
    expect([chain.add(0, 10, false), chain.add(0, 20, false), chain.add(0, 5, true)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(chain).toMatchObject({ head: 3, length: 3, readable: 2, readableBytes: 30, writableBytes: 5 });
    expect(chain.add(0, 1, false)).toBe("order");
    chain.fault = "order";
    chain.begin(4);
    expect(chain.fault).toBeUndefined();
    expect(chain).toMatchObject({ head: 4, length: 0, readable: 0, readableBytes: 0, writableBytes: 0 });
  });

  test("can be copied out of memory as one piece, the part that the device may read", () => {
    const chain = new DescriptorChain();
    chain.begin(0);
    for (const [address, bytes] of [
      [6, 2],
      [1, 3],
      [4, 0],
    ] as const) {
      chain.add(address, bytes, false);
    }
    chain.add(0, 4, true);
    const target = new Uint8Array(7).fill(99);
    chain.copyReadable(new LinearMemory(() => Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7)), target);
    expect([...target]).toEqual([6, 7, 1, 2, 3, 99, 99]);
  });

  test("may have 2^32 bytes in total, and not one more (§2.7.5.2)", () => {
    const chain = new DescriptorChain();
    chain.begin(0);
    expect(chain.add(0, 2 ** 32 - 1, false)).toBeUndefined();
    expect(chain.add(0, 1, true)).toBeUndefined();
    expect(chain.add(0, 1, true)).toBe("too-long");
  });
});
