import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZeroingHost } from "../../src/host/index.ts";
import { guestMemory, RamFrames } from "../../src/memory/index.ts";
import type { GuestMemory } from "../../src/memory/index.ts";

const FRAME = 4096;

/** Regions as [gap before, frames], with at least a frame between two. */
const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
  minLength: 1,
  maxLength: 4,
});

interface Made {
  readonly memory: GuestMemory;
  /** All bytes by address; undefined in holes. */
  readonly bytes: (number | undefined)[];
}

/** Memory of this shape, every byte random, and the same as one list. */
function make(shape: readonly (readonly [number, number])[], start: number, random: () => number): Made {
  const bytes: (number | undefined)[] = [];
  let base = start * FRAME;
  const regions = shape.map(([gap, frames]) => {
    base += gap * FRAME;
    const ram = Uint8Array.from({ length: frames * FRAME }, random);
    ram.forEach((byte, i) => (bytes[base + i] = byte));
    const region = { base, bytes: () => ram };
    base += ram.length;
    return region;
  });
  return { memory: guestMemory(regions), bytes };
}

describe("guest memory in regions", () => {
  test("contains, reads, writes and copies what a list of all bytes does", () => {
    const calls = fc.array(
      fc.record({ at: fc.nat(30 * FRAME), length: fc.nat(2 * FRAME), value: fc.nat(0xffffffff) }),
    );
    fc.assert(
      fc.property(shapes, fc.nat(3), calls, fc.infiniteStream(fc.nat(255)), (shape, start, steps, values) => {
        const { memory, bytes } = make(shape, start, () => Number(values.next().value));
        const inside = (at: number, length: number): boolean =>
          length > 0 && bytes.slice(at, at + length).filter((byte) => byte !== undefined).length === length;
        const word = (at: number, length: number): number =>
          bytes.slice(at, at + length).reduceRight<number>((sum, byte) => sum * 256 + byte!, 0);
        for (const { at, length, value } of steps) {
          expect(memory.contains(at, length)).toBe(
            length === 0 ? memory.contains(at, 0) : inside(at, length),
          );
          if (inside(at, 4)) {
            expect([memory.read16(at), memory.read32(at)]).toEqual([word(at, 2), word(at, 4)]);
            memory.write32(at, value);
            for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff;
            memory.write16(at + 1, value & 0xffff);
            for (let i = 0; i < 2; i++) bytes[at + 1 + i] = (value >>> (8 * i)) & 0xff;
          }
          if (!inside(at, length)) continue;
          const copy = new Uint8Array(length);
          memory.copyOut(at, copy);
          expect(Buffer.compare(copy, Uint8Array.from(bytes.slice(at, at + length) as number[]))).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("fills frames and finds zeros on both sides of a hole", () => {
    const low = new Uint8Array(2 * FRAME).fill(1);
    const high = new Uint8Array(2 * FRAME).fill(1);
    const memory = guestMemory([
      { base: 0, bytes: () => low },
      { base: 2 ** 32, bytes: () => high },
    ]);
    memory.fill(2 ** 32 + FRAME, FRAME, 0);
    memory.fill(FRAME, FRAME, 0x01020304);
    expect([
      memory.isZero(2 ** 32, FRAME),
      memory.isZero(2 ** 32 + FRAME, FRAME),
      memory.isZero(0, FRAME),
    ]).toEqual([false, true, false]);
    expect([...low.subarray(FRAME - 1, FRAME + 5)]).toEqual([1, 4, 3, 2, 1, 4]);
    expect([high[FRAME - 1], high[FRAME]]).toEqual([1, 0]);
  });

  test("asks for the view of a region again after it was detached", () => {
    const wasm = new WebAssembly.Memory({ initial: 1 });
    const low = new Uint8Array(FRAME);
    const memory = guestMemory([
      { base: 0, bytes: () => low },
      { base: 0x80000000, bytes: () => new Uint8Array(wasm.buffer), wasm: () => wasm },
    ]);
    memory.write32(0x80000000, 77);
    wasm.grow(1);
    expect(memory.read32(0x80000000)).toBe(77);
  });

  test("is looked up again when the host discards, and a run of a region that is gone is refused", () => {
    let high = new Uint8Array(2 * FRAME).fill(9);
    const low = new Uint8Array(2 * FRAME).fill(9);
    const host = new ZeroingHost(
      guestMemory([
        { base: 0, bytes: () => low },
        { base: 0x80000000, bytes: () => high },
      ]),
    );
    expect([host.discard(0x80000, 1), host.discard(0, 2)]).toEqual([undefined, undefined]);
    expect([high.indexOf(9), low.indexOf(9)]).toEqual([FRAME, -1]);
    high = high.subarray(0, FRAME);
    expect(host.discard(0x80001, 1)?.code).toBe("EINVAL");
    expect(host.discard(1, 0x80000)?.message).toContain("guest memory is frames 0 to 1 and 524288 to 524289");
  });

  const ram = new Uint8Array(2 * FRAME);
  const at = (base: number, bytes: unknown = () => ram): object => ({ base, bytes });
  test.each([
    ["no regions", [], "ram: expected at least one region, got none"],
    ["no list", 5, "ram: expected a function or an array, got 5"],
    ["no region", [7], "ram[0]: expected an object, got 7"],
    ["an unknown member", [{ ...at(0), size: 1 }], 'ram[0]: unknown option "size"'],
    ["a base within a frame", [at(100)], "ram[0].base: expected a multiple of 4096 from 0 to"],
    ["the wrong order", [at(0x8000), at(0)], "ram[1].base: expected a multiple of 4096 from 45056 to"],
    ["regions that overlap", [at(0), at(FRAME)], "ram[1].base: expected a multiple of 4096 from 12288 to"],
    ["regions that touch", [at(0), at(2 * FRAME)], "ram[1].base: expected a multiple of 4096 from 12288 to"],
    ["part of a frame", [at(0, () => ram.subarray(1))], "ram[0].bytes().length: expected a multiple of 4096"],
    ["no bytes", [at(0, () => 7)], "bytes(): expected a Uint8Array, got 7"],
    ["more PFNs than 32 bits have", [at(2 ** 44)], "ram[0].base: expected a multiple of 4096 from 0 to"],
  ])("refuses %s", (_what, regions, message) => {
    expect(() => guestMemory(regions as never)).toThrow(message);
  });
});

test("frames of regions are contained, and others masked, as in a list of all frames", () => {
  fc.assert(
    fc.property(shapes, fc.nat(3), fc.uint32Array({ maxLength: 40, max: 30 }), (shape, start, pfns) => {
      const { memory, bytes } = make(shape, start, () => 0);
      const ram = new RamFrames(memory);
      const isFrame = (pfn: number): boolean => bytes[pfn * FRAME] !== undefined;
      const all = Array.from({ length: ram.end + 3 }, (_, pfn) => pfn);
      expect(ram.count).toBe(all.filter(isFrame).length);
      expect(ram.end).toBe(all.findLast(isFrame)! + 1);
      expect(ram.hasHoles).toBe(all.slice(0, ram.end).some((pfn) => !isFrame(pfn)));
      for (const first of all) {
        for (const frames of [0, 1, 2, 3])
          expect(ram.contains(first, frames)).toBe(
            frames > 0 &&
              all.slice(first, first + frames).length === frames &&
              all.slice(first, first + frames).every(isFrame),
          );
      }
      const masked = pfns.slice();
      ram.maskHoles(masked);
      expect([...masked]).toEqual([...pfns].map((pfn) => (isFrame(pfn) ? pfn : 0xffffffff)));
    }),
  );
});
