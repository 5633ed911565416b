import { beforeEach, describe, expect, test } from "vitest";
import { Bar, modernConfigSpace } from "../../src/virtio/index.ts";

const PORT = 0xdc00;
let space: Uint8Array;
let view: DataView;

beforeEach(() => {
  space = modernConfigSpace(PORT);
  view = new DataView(space.buffer);
});

interface Capability {
  readonly type: number;
  readonly bar: number;
  readonly offset: number;
  readonly bytes: number;
  readonly size: number;
  readonly at: number;
}

/** The list as a driver walks it. */
function capabilities(): Capability[] {
  const found: Capability[] = [];
  for (let at = view.getUint8(0x34); at !== 0; at = view.getUint8(at + 1)) {
    expect(view.getUint8(at)).toBe(0x09);
    found.push({
      at,
      size: view.getUint8(at + 2),
      type: view.getUint8(at + 3),
      bar: view.getUint8(at + 4),
      offset: view.getUint32(at + 8, true),
      bytes: view.getUint32(at + 12, true),
    });
    if (found.length > 10) throw new Error("the list of capabilities has no end");
  }
  return found;
}

describe("the PCI configuration space", () => {
  test("is that of a modern virtio balloon (PCI-1, PCI-2, PCI-3)", () => {
    expect(space).toHaveLength(256);
    expect(view.getUint16(0x00, true)).toBe(0x1af4);
    expect(view.getUint16(0x02, true)).toBe(0x1045);
    expect(view.getUint8(0x08)).toBeGreaterThanOrEqual(1);
    expect(view.getUint16(0x06, true) & 0x10).toBe(0x10);
    expect(view.getUint16(0x04, true) & 1).toBe(1);
    expect(view.getUint8(0x3d)).toBe(1);
    expect(view.getUint8(0x0e)).toBe(0);
  });

  test("has its first BAR at the I/O port, and no other BAR", () => {
    expect(view.getUint32(0x10, true)).toBe(PORT | 1);
    expect([0x14, 0x18, 0x1c, 0x20, 0x24].map((at) => view.getUint32(at, true))).toEqual([0, 0, 0, 0, 0]);
  });

  test("lists each structure once, where the BAR has it (PCI-6, PCI-15, PCI-19, PCI-20)", () => {
    const structures = capabilities().map(({ type, bar, offset, bytes }) => [type, bar, offset, bytes]);
    expect(structures.sort(([a], [b]) => a! - b!)).toEqual([
      [1, 0, Bar.COMMON, Bar.COMMON_BYTES],
      [2, 0, Bar.NOTIFY, Bar.NOTIFY_BYTES],
      [3, 0, Bar.ISR, Bar.ISR_BYTES],
      [4, 0, Bar.DEVICE, Bar.DEVICE_BYTES],
    ]);
  });

  test("has whole, aligned, separate capabilities beyond the header", () => {
    const list = capabilities().sort((a, b) => a.at - b.at);
    list.forEach(({ at, size, type }, i) => {
      expect(at % 4).toBe(0);
      expect(at).toBeGreaterThanOrEqual(0x40);
      expect(size).toBe(type === 2 ? 20 : 16);
      expect(at + size).toBeLessThanOrEqual(list[i + 1]?.at ?? 256);
    });
  });

  test("ends the notification capability with its multiplier (PCI-5, PCI-15)", () => {
    const { at } = capabilities().find(({ type }) => type === 2)!;
    expect(view.getUint32(at + 16, true)).toBe(Bar.NOTIFY_MULTIPLIER);
  });
});
