import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Bar, BAR_BYTES, Common } from "../../src/virtio/index.ts";
import { RegisterFile } from "../../src/virtio/register-file.ts";
import { Toy, VERSION_1 } from "./toy.ts";

let toy: Toy;
const read = (offset: number, width: number): number => toy.bar.read(offset, width);
const write = (offset: number, width: number, value: number): void => {
  toy.bar.write(offset, width, value);
};

beforeEach(() => {
  toy = new Toy();
});

describe("a file of registers", () => {
  const written: number[] = [];
  const file = new RegisterFile([
    { offset: 0, width: 4, read: () => 0x83828180, write: (value) => written.push(value) },
    { offset: 4, width: 1, read: () => 0x84, write: (value) => written.push(value) },
    { offset: 6, width: 2, read: () => 0x8786, write: (value) => written.push(value) },
    { offset: 8, width: 4, read: () => -1 },
    { offset: 13, width: 1, read: () => 0x8d },
  ]);
  const bytes = [0x80, 0x81, 0x82, 0x83, 0x84, 0, 0x86, 0x87, 0xff, 0xff, 0xff, 0xff, 0, 0x8d, 0, 0];

  test("reads any offset and width as the bytes there, none of them negative", () => {
    for (const width of [1, 2, 4]) {
      for (let offset = 0; offset < 12; offset++) {
        const expected = bytes
          .slice(offset, offset + width)
          .reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
        expect(file.read(offset, width)).toBe(expected);
      }
    }
  });

  test("reads a register of the requested width once, because reading may have an effect", () => {
    let reads = 0;
    const counting = new RegisterFile([{ offset: 4, width: 4, read: () => ++reads }]);
    expect([counting.read(4, 4), counting.read(4, 4)]).toEqual([1, 2]);
    expect([counting.read(0, 4), counting.read(0, 1)]).toEqual([0, 0]);
  });

  test("takes a write only in the register's own width, and only as many bits", () => {
    file.write(0, 4, -1);
    file.write(4, 1, 0x1ff);
    file.write(6, 2, 0x12345);
    expect(written).toEqual([0xffffffff, 0xff, 0x2345]);
    for (const [offset, width] of [
      [0, 1],
      [0, 2],
      [1, 4],
      [2, 2],
      [3, 1],
      [4, 2],
      [4, 4],
      [5, 1],
      [6, 1],
      [6, 4],
      [8, 4],
      [100, 4],
    ] as const) {
      file.write(offset, width, 1);
    }
    expect(written).toHaveLength(3);
  });
});

describe("the common configuration", () => {
  test("stores the halves of 64-bit queue addresses separately, in any order, for each queue (PCI-4)", () => {
    const half = fc.integer({ min: 0, max: 0xffffffff });
    const high = fc.integer({ min: 0, max: 0x1fffff });
    const part = fc.constantFrom(Common.QUEUE_DESC, Common.QUEUE_DRIVER, Common.QUEUE_DEVICE);
    const writes = fc.array(
      fc.record({ queue: fc.integer({ min: 0, max: 1 }), part, half, high, low: fc.boolean() }),
    );
    fc.assert(
      fc.property(writes, (sequence) => {
        toy = new Toy();
        const model = new Map<string, number>();
        for (const { queue, part, half, high, low } of sequence) {
          write(Common.QUEUE_SELECT, 2, queue);
          write(low ? part : part + 4, 4, low ? half : high);
          model.set(`${queue} ${low ? part : part + 4}`, low ? half : high);
        }
        for (const queue of [0, 1]) {
          write(Common.QUEUE_SELECT, 2, queue);
          for (const part of [Common.QUEUE_DESC, Common.QUEUE_DRIVER, Common.QUEUE_DEVICE]) {
            for (const at of [part, part + 4]) expect(read(at, 4)).toBe(model.get(`${queue} ${at}`) ?? 0);
          }
        }
        const { descriptors } = toy.virtio.queues[1]!;
        const [low, top] = [0x20, 0x24].map((at) => model.get(`1 ${at}`) ?? 0);
        expect(descriptors).toBe(low! + top! * 2 ** 32);
      }),
    );
  });

  test("fixes a queue once it is enabled", () => {
    toy.driver.negotiate(VERSION_1);
    const queue = toy.driver.queue(1);
    write(Common.QUEUE_SIZE, 2, 4);
    write(Common.QUEUE_DESC, 4, 0x5000);
    write(Common.QUEUE_DEVICE + 4, 4, 1);
    expect(read(Common.QUEUE_SIZE, 2)).toBe(8);
    expect([read(Common.QUEUE_DESC, 4), read(Common.QUEUE_DEVICE + 4, 4)]).toEqual([queue.descriptors, 0]);
    write(Common.QUEUE_ENABLE, 2, 0);
    expect(read(Common.QUEUE_ENABLE, 2)).toBe(1);
  });

  test("takes a queue size that is a power of two up to the largest, and no other (PCI-14)", () => {
    toy.driver.negotiate(VERSION_1);
    write(Common.QUEUE_SELECT, 2, 0);
    for (const size of [0, 3, 255, 257, 512, 65535]) write(Common.QUEUE_SIZE, 2, size);
    expect(read(Common.QUEUE_SIZE, 2)).toBe(256);
    write(Common.QUEUE_SIZE, 2, 32);
    expect(read(Common.QUEUE_SIZE, 2)).toBe(32);
  });

  test.each([2, 3, 77, 0xffff])(
    "has no queue %d: size 0, cannot be enabled, no address (PCI-13)",
    (queue) => {
      toy.driver.negotiate(VERSION_1);
      write(Common.QUEUE_SELECT, 2, queue);
      expect(read(Common.QUEUE_SIZE, 2)).toBe(0);
      write(Common.QUEUE_ENABLE, 2, 1);
      expect(read(Common.QUEUE_ENABLE, 2)).toBe(0);
      expect(read(Common.QUEUE_SELECT, 2)).toBe(queue);
    },
  );

  test("enables a queue by 1 only", () => {
    toy.driver.negotiate(VERSION_1);
    write(Common.QUEUE_ENABLE, 2, 2);
    expect(read(Common.QUEUE_ENABLE, 2)).toBe(0);
    write(Common.QUEUE_ENABLE, 2, 1);
    expect(read(Common.QUEUE_ENABLE, 2)).toBe(1);
  });

  test("has no vectors, and says how many queues there are and where to notify them", () => {
    expect([read(Common.CONFIG_MSIX_VECTOR, 2), read(Common.QUEUE_MSIX_VECTOR, 2)]).toEqual([0xffff, 0xffff]);
    expect(read(Common.NUM_QUEUES, 2)).toBe(2);
    write(Common.QUEUE_SELECT, 2, 1);
    expect(read(Common.QUEUE_NOTIFY_OFF, 2)).toBe(1);
  });

  test("resets at a status of 0 in the bits of the register (RESET-1, PCI-10)", () => {
    write(Common.DEVICE_STATUS, 1, 1);
    write(Common.DEVICE_STATUS, 1, 0x100);
    expect(read(Common.DEVICE_STATUS, 1)).toBe(0);
  });

  test("ignores writes to read-only registers", () => {
    const readOnly = [
      [Common.DEVICE_FEATURE, 4],
      [Common.NUM_QUEUES, 2],
      [Common.CONFIG_GENERATION, 1],
      [Common.QUEUE_NOTIFY_OFF, 2],
      [Common.QUEUE_MSIX_VECTOR, 2],
    ] as const;
    const before = readOnly.map(([offset, width]) => read(offset, width));
    for (const [offset, width] of readOnly) write(offset, width, 0x55);
    expect(readOnly.map(([offset, width]) => read(offset, width))).toEqual(before);
  });
});

describe("the BAR", () => {
  test("passes configuration on at its own offsets", () => {
    toy.config.setUint32(4, 0x11223344, true);
    expect([read(Bar.DEVICE + 4, 4), read(Bar.DEVICE + 5, 1)]).toEqual([0x11223344, 0x33]);
    write(Bar.DEVICE, 4, 1);
    write(Bar.DEVICE + 12, 4, -2);
    expect(toy.configWrites).toEqual([
      [0, 4, 1],
      [12, 4, 0xfffffffe],
    ]);
  });

  test("has nothing between its structures and beyond its end", () => {
    const outside = [0x3c, Bar.NOTIFY, Bar.ISR + 1, 0x5f, BAR_BYTES, BAR_BYTES + 4, 0x10000, -4, NaN];
    for (const offset of outside) {
      expect(read(offset, 4)).toBe(0);
      write(offset, 4, 0xffffffff);
    }
    expect(toy.configWrites).toEqual([]);
  });

  test("notifies no queue past the notification structure", () => {
    toy = new Toy([4, 4, 4, 4, 4, 4, 4, 4, 4], 1);
    toy.driver.negotiate(VERSION_1);
    toy.driver.ready();
    for (const index of [7, 8]) toy.driver.queue(index).add({ address: 0x8000, bytes: 4 });
    write(Bar.ISR, 2, 8);
    expect(toy.chains).toEqual([]);
    write(Bar.ISR - 2, 2, 7);
    expect(toy.chains.map(({ queue }) => queue)).toEqual([7]);
  });

  test("keeps the driver's selections until a reset, through all other writes of the status", () => {
    write(Common.DEVICE_FEATURE_SELECT, 4, 1);
    write(Common.DRIVER_FEATURE_SELECT, 4, 2);
    write(Common.QUEUE_SELECT, 2, 3);
    write(Common.DEVICE_STATUS, 1, 1);
    expect(toy.bar.selection).toEqual({ deviceFeature: 1, driverFeature: 2, queue: 3 });
    write(Common.DEVICE_STATUS, 1, 0);
    expect(toy.bar.selection).toEqual({ deviceFeature: 0, driverFeature: 0, queue: 0 });
  });

  test("has structures that do not overlap and lie inside it", () => {
    const ends = [
      [Bar.COMMON, Bar.COMMON_BYTES],
      [Bar.NOTIFY, Bar.NOTIFY_BYTES],
      [Bar.ISR, Bar.ISR_BYTES],
      [Bar.DEVICE, Bar.DEVICE_BYTES],
    ] as const;
    ends.slice(1).forEach(([from], i) => {
      expect(from).toBeGreaterThanOrEqual(ends[i]![0] + ends[i]![1]);
    });
    expect(Bar.DEVICE + Bar.DEVICE_BYTES).toBeLessThanOrEqual(BAR_BYTES);
  });
});
