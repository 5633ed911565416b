import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";

describe("linear memory", () => {
  test("is little-endian, wherever its view begins in the buffer (LEGACY-7)", () => {
    const around = new Uint8Array(32);
    const memory = new LinearMemory(() => around.subarray(8, 24));
    memory.write32(0, 0x81828384);
    memory.write16(4, 0x9192);
    expect([...around.subarray(8, 14)]).toEqual([0x84, 0x83, 0x82, 0x81, 0x92, 0x91]);
    expect([memory.read32(0), memory.read16(4)]).toEqual([0x81828384, 0x9192]);
    expect(memory.regions).toEqual([{ base: 0, size: 16 }]);
  });

  test("contains a range up to its last byte", () => {
    const memory = new LinearMemory(() => new Uint8Array(16));
    expect([memory.contains(0, 16), memory.contains(15, 1), memory.contains(16, 0)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([memory.contains(16, 1), memory.contains(1, 16), memory.contains(2 ** 64, 0)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("is asked for again only after its buffer was detached", () => {
    const wasm = new WebAssembly.Memory({ initial: 1 });
    let asked = 0;
    const memory = new LinearMemory(() => {
      asked++;
      return new Uint8Array(wasm.buffer, 16, 64);
    });
    memory.write32(0, 77);
    wasm.grow(1);
    expect(memory.read32(0)).toBe(77);
    wasm.grow(1);
    expect(memory.bytes[0]).toBe(77);
    wasm.grow(1);
    memory.write16(0, 78);
    expect(memory.bytes[0]).toBe(78);
    expect(asked).toBe(4);
  });
});
