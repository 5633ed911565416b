import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { isQueueSize, MockQueue, SplitQueue } from "../../src/virtio/index.ts";

interface Pair {
  readonly memory: LinearMemory;
  readonly device: SplitQueue;
  readonly driver: MockQueue;
}

/** A queue of `size` whose indices have come as far as `start`. */
function pair(size: number, start = 0): Pair {
  const ram = new Uint8Array(0x4000);
  const memory = new LinearMemory(() => ram);
  const driver = new MockQueue(memory, 0, size, 0x100, () => undefined);
  const device = new SplitQueue(memory);
  device.reset(size);
  const { descriptors, driver: available, device: used } = driver;
  const nextAvail = start;
  const nextUsed = start;
  device.restore({ size, enabled: true, descriptors, driver: available, device: used, nextAvail, nextUsed });
  driver.publish(start);
  memory.write16(used + 2, start);
  return { memory, device, driver };
}

const BUFFER = { address: 0x3000, bytes: 16 };

describe.each([1, 2, 4, 64, 256])("a queue of %d", (size) => {
  test("takes chains in order, past the wrap of its indices at 65536, in bursts of every length (RING-8)", () => {
    // Every length once before the wrap and once after it.
    const chains = size * (size + 1);
    const { device, driver } = pair(size, 65536 - chains / 2);
    driver.used();
    for (let sent = 0, burst = 1; sent < chains; sent += burst, burst = (burst % size) + 1) {
      const heads = Array.from({ length: burst }, () => driver.add(BUFFER));
      const taken = heads.map(() => {
        const result = device.pop();
        return result === "chain" ? device.chain.head : result;
      });
      if (device.pop() !== "empty") throw new Error(`more than the ${burst} chains that were sent`);
      taken.forEach((head, i) => {
        device.push(head as number, i);
      });
      const used = driver.used();
      if (String(taken) !== String(heads) || String(used.map(({ head }) => head)) !== String(heads)) {
        expect({ taken, used }).toEqual(heads);
      }
    }
    expect(driver.usedIndex).toBe(chains / 2);
  });

  test("that is full is not empty, even where the index wraps", () => {
    for (const start of [0, size - 1, 65535, 65536 - size, 65536 - (size >> 1)]) {
      const { device, driver } = pair(size, start & 0xffff);
      for (let i = 0; i < size; i++) driver.add(BUFFER);
      expect(Array.from({ length: size }, () => device.pop())).toEqual(
        Array.from({ length: size }, () => "chain"),
      );
      expect(device.pop()).toBe("empty");
    }
  });

  test("with one chain more than it has descriptors is corrupt", () => {
    for (const start of [0, 65535, 65536 - size]) {
      const { device, driver } = pair(size, start);
      driver.publish(start + size + 1);
      expect(device.pop()).toBe("avail-index");
      driver.publish(start - 1);
      expect(device.pop()).toBe("avail-index");
    }
  });

  test("has no head beyond its last descriptor", () => {
    const { device, driver } = pair(size);
    driver.offer(size);
    expect(device.pop()).toBe("avail-head");
    expect(device.state().nextAvail).toBe(0);
  });
});

describe("a used element", () => {
  test("has the head and the bytes written, at its place in the ring, and nothing else changes (RING-5)", () => {
    const { memory, device, driver } = pair(4, 65535);
    driver.used();
    const before = memory.bytes.slice();
    device.push(3, 0x01020304);
    const changed = [...memory.bytes.keys()].filter((at) => memory.bytes[at] !== before[at]);
    const element = driver.device + 4 + 8 * 3;
    expect(changed).toEqual([
      driver.device + 2,
      driver.device + 3,
      element,
      ...[4, 5, 6, 7].map((i) => element + i),
    ]);
    expect(driver.usedIndex).toBe(0);
    expect(driver.used()).toEqual([{ head: 3, written: 0x01020304 }]);
  });
});

describe("interrupts without EVENT_IDX", () => {
  test("are wanted for elements used since the last decision, unless the flag says no (NOTIFY-2)", () => {
    const { device, driver } = pair(4);
    expect(device.takeInterrupt()).toBe(false);
    device.push(0, 0);
    expect(device.takeInterrupt()).toBe(true);
    expect(device.takeInterrupt()).toBe(false);
    driver.suppressInterrupts(true);
    device.push(0, 0);
    expect(device.takeInterrupt()).toBe(false);
    driver.suppressInterrupts(false);
    expect(device.takeInterrupt()).toBe(false);
    device.push(0, 0);
    expect(device.takeInterrupt()).toBe(true);
  });

  test("ignore used_event (NOTIFY-1)", () => {
    const { device, driver } = pair(4);
    driver.setUsedEvent(100);
    device.push(0, 0);
    expect(device.takeInterrupt()).toBe(true);
  });
});

describe("interrupts with EVENT_IDX", () => {
  test("are wanted exactly when the used index passed used_event (NOTIFY-4)", () => {
    const near = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 65530, max: 65535 }));
    fc.assert(
      fc.property(
        near,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: -10, max: 10 }),
        (start, pushes, from) => {
          const { device, driver } = pair(8, start);
          device.eventIdx = true;
          const event = (start + from) & 0xffff;
          driver.setUsedEvent(event);
          // §2.7.7.1: after writing a used element at index used_event, the device must interrupt.
          const written = Array.from({ length: pushes }, (_, i) => (start + i) & 0xffff);
          for (let i = 0; i < pushes; i++) device.push(0, 0);
          expect(device.takeInterrupt()).toBe(written.includes(event));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("ignore the flag (NOTIFY-3)", () => {
    const { device, driver } = pair(4);
    device.eventIdx = true;
    driver.suppressInterrupts(true);
    driver.setUsedEvent(0);
    device.push(0, 0);
    expect(device.takeInterrupt()).toBe(true);
  });
});

describe("asking for a kick", () => {
  test("names the next chain with EVENT_IDX, even past the wrap (NOTIFY-6)", () => {
    const { device, driver } = pair(4, 65534);
    device.eventIdx = true;
    for (const expected of [65534, 65535, 0, 1]) {
      device.askForKick();
      expect(driver.availEvent).toBe(expected);
      driver.add(BUFFER);
      device.pop();
    }
  });

  test("writes nothing without EVENT_IDX: the flags stay 0, and every chain is kicked for", () => {
    const { memory, device } = pair(4, 77);
    const before = memory.bytes.slice();
    device.askForKick();
    expect(memory.bytes).toEqual(before);
  });
});

describe("rings that are not in memory", () => {
  test.each([
    ["descriptors", 0x4000 - 48],
    ["descriptors", 0x108],
    ["descriptors", 2 ** 40],
    ["driver", 0x4000 - 12],
    ["driver", 0x101],
    ["driver", 2 ** 64],
    ["device", 0x4000 - 36],
    ["device", 0x102],
    ["device", 0x4000],
  ] as const)("or not aligned are corrupt: %s at %d (rule 2.7)", (part, address) => {
    const { device, driver } = pair(4);
    driver.add(BUFFER);
    device[part] = address;
    expect(device.pop()).toBe("ring-address");
  });

  test.each([
    ["descriptors", 0x4000 - 64],
    ["driver", 0x4000 - 14],
    ["device", 0x4000 - 40],
  ] as const)("differ from rings that end with memory: %s at %d", (part, address) => {
    const { device } = pair(4);
    device[part] = address;
    expect(device.pop()).toBe("empty");
  });
});

test("a queue begins without descriptors, and without the features that a driver may take", () => {
  const fresh = new SplitQueue(new LinearMemory(() => new Uint8Array(64)));
  expect(fresh).toMatchObject({ maxSize: 0, size: 0, enabled: false, indirect: false, eventIdx: false });
});

describe("a queue size", () => {
  test("is a power of two up to what the device supports (RING-7)", () => {
    const sizes = Array.from({ length: 300 }, (_, size) => size - 5).filter((size) => isQueueSize(size, 128));
    expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect([isQueueSize(32768, 65536), isQueueSize(65536, 65536), isQueueSize(1, 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("the state of a queue", () => {
  test("is all that it needs to continue", () => {
    const { memory, device, driver } = pair(8, 65533);
    driver.used();
    for (let i = 0; i < 5; i++) driver.add(BUFFER);
    for (let i = 0; i < 3; i++) if (device.pop() === "chain") device.push(device.chain.head, 0);
    const copy = new SplitQueue(memory);
    copy.reset(8);
    copy.restore(device.state());
    expect(copy.state()).toEqual(device.state());
    expect(copy.takeInterrupt()).toBe(false);
    for (let i = 0; i < 2; i++) if (copy.pop() === "chain") copy.push(copy.chain.head, 0);
    expect(copy.pop()).toBe("empty");
    expect(driver.used().map(({ head }) => head)).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([0, 3, 16, -8])("with %d descriptors is refused by a queue of 8", (size) => {
    const { device } = pair(8);
    expect(() => {
      device.restore({ ...device.state(), size });
    }).toThrow(new RangeError(`queue size ${size} is not a power of two up to 8`));
  });
});
