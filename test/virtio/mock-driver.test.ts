import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import {
  DescriptorFlag,
  MmioDriverTransport,
  MmioTransport,
  MockDriver,
  MockQueue,
  ModernPciTransport,
} from "../../src/virtio/index.ts";
import { EVENT_IDX, INDIRECT, Toy, VERSION_1 } from "./toy.ts";

const BUFFER = { address: 0x8000, bytes: 4 };

describe("the mock driver", () => {
  test("gives out memory once, each piece at a multiple of its alignment", () => {
    const { bar, memory } = new Toy();
    const driver = new MockDriver(bar, memory, 0x101);
    expect([driver.allocate(1), driver.allocate(4), driver.allocate(8, 4), driver.allocate(0, 4096)]).toEqual(
      [0x110, 0x120, 0x124, 0x1000],
    );
  });

  test("places a queue as the device needs it, with empty rings, whatever was in the memory before", () => {
    const toy = new Toy();
    const { driver, memory } = toy;
    memory.bytes.fill(0xff);
    driver.negotiate(VERSION_1);
    driver.allocate(1, 1);
    const queue = driver.queue(1);
    expect(queue.descriptors % 16).toBe(0);
    driver.ready();
    expect([queue.usedIndex, queue.used()]).toEqual([0, []]);
    queue.add(BUFFER);
    queue.kick();
    expect(queue.used()).toEqual([{ head: 0, written: 0 }]);
    const end = queue.descriptors + MockQueue.bytes(queue.size);
    expect([...memory.bytes.subarray(end - 2, end + 2)]).toEqual([0, 0, 0xff, 0xff]);
  });

  test.each([ModernPciTransport, MmioDriverTransport])(
    "tells the device addresses of 64 bits: %o",
    (Transport) => {
      const { virtio, memory, bar } = new Toy();
      const registers = Transport === ModernPciTransport ? bar : new MmioTransport(virtio);
      const { transport } = new MockDriver(registers, memory, 0, Transport);
      const rings = { descriptors: 3 * 2 ** 32 + 0x1000, driver: 2 ** 33 + 0x2000, device: 2 ** 40 };
      transport.enableQueue(1, 8, rings);
      expect(virtio.queues[1]).toMatchObject({ ...rings, size: 8, enabled: true });
    },
  );

  test("takes the size that the device proposes, or the one it is told", () => {
    const { driver, virtio } = new Toy();
    driver.negotiate(VERSION_1);
    expect([driver.queue(0).size, driver.queue(1, 4).size]).toEqual([256, 4]);
    expect(virtio.queues.map(({ size, enabled }) => [size, enabled])).toEqual([
      [256, true],
      [4, true],
      [0, false],
    ]);
  });

  test("reads and writes the configuration, four bytes unless told otherwise", () => {
    const { driver, config, configWrites } = new Toy();
    config.setUint32(8, 0x01020304, true);
    expect([driver.readConfig(8), driver.readConfig(8, 1)]).toEqual([0x01020304, 4]);
    driver.writeConfig(4, 0x11223344);
    driver.writeConfig(4, 0x55, 1);
    expect(configWrites).toEqual([
      [4, 4, 0x11223344],
      [4, 1, 0x55],
    ]);
  });
});

describe("the mock queue", () => {
  test("takes 16 bytes a descriptor, 6 and 2 for the available ring, 6 and 8 for the used ring", () => {
    expect(MockQueue.bytes(8)).toBe(8 * 16 + (6 + 8 * 2 + 2) + (6 + 8 * 8));
    expect(MockQueue.bytes(8, 4096)).toBe(4096 + (6 + 8 * 8));
  });

  const flags = (memory: LinearMemory, queue: MockQueue, index: number): number[] => [
    memory.read16(queue.descriptors + 16 * index + 12),
    memory.read16(queue.descriptors + 16 * index + 14),
  ];

  test("links a chain's descriptors, and begins the table again at its end", () => {
    const { driver, memory } = new Toy();
    driver.negotiate(VERSION_1);
    const queue = driver.queue(1, 4);
    expect(queue.add(BUFFER, BUFFER, { ...BUFFER, writable: true })).toBe(0);
    expect(queue.add(BUFFER, BUFFER)).toBe(3);
    expect([1, 2, 3].map((index) => flags(memory, queue, index))).toEqual([
      [DescriptorFlag.NEXT, 2],
      [DescriptorFlag.WRITE, 0],
      [DescriptorFlag.NEXT, 0],
    ]);
    expect(flags(memory, queue, 0)).toEqual([0, 0]);
  });

  test("writes addresses of 64 bits, and lengths of 32", () => {
    const { driver, memory } = new Toy();
    driver.negotiate(VERSION_1);
    const queue = driver.queue(1);
    queue.writeDescriptor(2, { address: 2 ** 40 + 0xfffffff0, bytes: 0xfffffffe });
    const at = queue.descriptors + 32;
    expect([memory.read32(at), memory.read32(at + 4), memory.read32(at + 8)]).toEqual([
      0xfffffff0, 0x100, 0xfffffffe,
    ]);
  });

  test("returns what came since the last call, past the wrap of the index", () => {
    const { memory } = new Toy();
    const queue = new MockQueue(memory, 0, 4, 0x1000, () => undefined);
    for (let i = 0; i < 4; i++) {
      memory.write32(queue.device + 4 + 8 * i, i);
      memory.write32(queue.device + 8 + 8 * i, 10 * i);
    }
    memory.write16(queue.device + 2, 65535);
    expect(queue.used()).toHaveLength(65535);
    memory.write16(queue.device + 2, 2);
    expect(queue.used()).toEqual([
      { head: 3, written: 30 },
      { head: 0, written: 0 },
      { head: 1, written: 10 },
    ]);
    expect(queue.used()).toEqual([]);
  });

  test("makes chains available past the wrap of the index", () => {
    const { memory } = new Toy();
    const queue = new MockQueue(memory, 0, 4, 0x1000, () => undefined);
    queue.publish(65535);
    queue.offer(2);
    queue.offer(1);
    expect([0, 2, 4, 10].map((at) => memory.read16(queue.driver + at))).toEqual([0, 1, 1, 2]);
  });

  test("suppresses interrupts by the flag or by used_event, as negotiated", () => {
    for (const features of [VERSION_1, VERSION_1 | EVENT_IDX | INDIRECT]) {
      const toy = new Toy();
      toy.driver.negotiate(features);
      const queue = toy.driver.queue(1);
      toy.driver.ready();
      const send = (): boolean => {
        queue.add(BUFFER);
        queue.kick();
        return toy.driver.interrupts().queue;
      };
      queue.suppressInterrupts(true);
      queue.setUsedEvent(0x10001);
      const byEvent = features !== VERSION_1;
      expect([send(), send()]).toEqual([false, byEvent]);
      queue.suppressInterrupts(false);
      expect([send(), queue.availEvent]).toEqual(byEvent ? [false, 3] : [true, 0]);
    }
  });
});
