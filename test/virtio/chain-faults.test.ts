import { beforeEach, describe, expect, test } from "vitest";
import { DescriptorFlag } from "../../src/virtio/index.ts";
import type { MockBuffer, MockQueue } from "../../src/virtio/index.ts";
import { INDIRECT, Toy, VERSION_1 } from "./toy.ts";

const SIZE = 8;
const MEMORY = 0x10000;
const BUFFER: MockBuffer = { address: 0x8000, bytes: 4 };
const ANSWER: MockBuffer = { address: 0x9000, bytes: 4, writable: true };

let toy: Toy;
let queue: MockQueue;

function start(features: bigint): void {
  toy = new Toy();
  toy.driver.negotiate(features);
  queue = toy.driver.queue(1);
  toy.driver.ready();
}

beforeEach(() => {
  start(VERSION_1 | INDIRECT);
});

/** Makes the chain at descriptor 0 available: what is wrong with it, and the bytes of its buffers. */
function served(): { fault: string | undefined; bytes: number[] } {
  queue.offer(0);
  queue.kick();
  const { fault, buffers } = toy.chains.at(-1)!;
  return { fault, bytes: buffers.map(({ bytes }) => bytes) };
}

/** An indirect table of these buffers; `entries` is how many the descriptor says there are. */
function indirect(buffers: readonly MockBuffer[], bytes = 16 * buffers.length, flags = 0): number {
  const table = toy.driver.allocate(16 * buffers.length);
  buffers.forEach((buffer, i) => {
    queue.poke(table + 16 * i, buffer, i === buffers.length - 1 ? undefined : i + 1);
  });
  queue.writeDescriptor(0, { address: table, bytes }, undefined, DescriptorFlag.INDIRECT | flags);
  return table;
}

describe("a chain of the descriptor table", () => {
  test("that comes back to its own descriptors is a loop, found after as many as the table has", () => {
    for (let i = 0; i < SIZE; i++) queue.writeDescriptor(i, BUFFER, (i + 1) % SIZE);
    expect(served()).toEqual({ fault: "loop", bytes: Array.from({ length: SIZE }, () => 4) });
  });

  test("that leaves the table at its end is not followed there", () => {
    queue.writeDescriptor(0, BUFFER, SIZE);
    expect(served()).toEqual({ fault: "next-out-of-range", bytes: [4] });
    queue.writeDescriptor(0, BUFFER, SIZE - 1);
    queue.writeDescriptor(SIZE - 1, BUFFER);
    expect(served()).toEqual({ fault: undefined, bytes: [4, 4] });
  });

  test("may have a buffer that ends with memory, but none that extends beyond it", () => {
    queue.writeDescriptor(0, { address: MEMORY - 4, bytes: 4 });
    expect(served()).toEqual({ fault: undefined, bytes: [4] });
    queue.writeDescriptor(0, { address: MEMORY - 4, bytes: 5 });
    expect(served()).toEqual({ fault: "address-out-of-range", bytes: [] });
  });

  test("has addresses of 64 bits", () => {
    queue.writeDescriptor(0, { address: 2 ** 32 + 0x8000, bytes: 4 });
    expect(served().fault).toBe("address-out-of-range");
  });

  test("has what the device reads before what it writes (§2.7.4.2)", () => {
    queue.writeDescriptor(0, ANSWER, 1);
    queue.writeDescriptor(1, BUFFER);
    expect(served()).toEqual({ fault: "order", bytes: [4] });
  });

  test("is not affected by a fault in the previous chain", () => {
    queue.writeDescriptor(0, BUFFER, SIZE);
    served();
    queue.writeDescriptor(0, ANSWER);
    expect(served()).toEqual({ fault: undefined, bytes: [4] });
    expect(queue.used()).toEqual([
      { head: 0, written: 0 },
      { head: 0, written: 4 },
    ]);
  });
});

describe("an indirect table", () => {
  test("needs the feature (§2.7.5.3.1)", () => {
    start(VERSION_1);
    indirect([BUFFER]);
    expect(served()).toEqual({ fault: "indirect-not-negotiated", bytes: [] });
  });

  test("may have as many descriptors as the queue, and no more", () => {
    const buffers = Array.from({ length: SIZE + 1 }, () => BUFFER);
    indirect(buffers.slice(1));
    expect(served()).toEqual({ fault: undefined, bytes: Array.from({ length: SIZE }, () => 4) });
    indirect(buffers);
    expect(served()).toEqual({ fault: "indirect-table", bytes: [] });
  });

  test.each([0, 1, 15, 17, 24])("has whole descriptors, which %d bytes are not", (bytes) => {
    indirect([BUFFER, BUFFER], bytes);
    expect(served()).toEqual({ fault: "indirect-table", bytes: [] });
  });

  test("is in memory", () => {
    queue.poke(MEMORY - 16, BUFFER);
    queue.writeDescriptor(0, { address: MEMORY - 16, bytes: 16 }, undefined, DescriptorFlag.INDIRECT);
    expect(served()).toEqual({ fault: undefined, bytes: [4] });
    queue.writeDescriptor(0, { address: MEMORY - 16, bytes: 32 }, undefined, DescriptorFlag.INDIRECT);
    expect(served()).toEqual({ fault: "indirect-table", bytes: [] });
  });

  test("ends a chain: nothing comes after it", () => {
    const table = indirect([BUFFER]);
    queue.writeDescriptor(0, { address: table, bytes: 16 }, 1, DescriptorFlag.INDIRECT);
    queue.writeDescriptor(1, BUFFER);
    expect(served()).toEqual({ fault: "indirect-nested", bytes: [] });
  });

  test("contains no other table", () => {
    const table = indirect([BUFFER, BUFFER]);
    queue.poke(table + 16, { address: table, bytes: 16 }, undefined, DescriptorFlag.INDIRECT);
    expect(served()).toEqual({ fault: "indirect-nested", bytes: [4] });
  });

  test("has its own range of descriptors, and links do not leave it", () => {
    const table = indirect([BUFFER, BUFFER]);
    queue.poke(table + 16, BUFFER, 2);
    expect(served()).toEqual({ fault: "next-out-of-range", bytes: [4, 4] });
    queue.poke(table + 16, BUFFER, 0);
    expect(served()).toEqual({ fault: "loop", bytes: [4, 4] });
  });

  test("is for the device to read, even if its descriptor says that it is to be written (§2.7.5.3.2)", () => {
    indirect([BUFFER], 16, DescriptorFlag.WRITE);
    expect(served()).toEqual({ fault: undefined, bytes: [4] });
    expect(queue.used()).toEqual([{ head: 0, written: 0 }]);
  });

  test("keeps the order of the whole chain", () => {
    const table = toy.driver.allocate(16);
    queue.poke(table, BUFFER);
    queue.writeDescriptor(0, ANSWER, 1);
    queue.writeDescriptor(1, { address: table, bytes: 16 }, undefined, DescriptorFlag.INDIRECT);
    expect(served()).toEqual({ fault: "order", bytes: [4] });
  });
});
