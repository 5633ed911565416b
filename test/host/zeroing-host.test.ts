import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import { SparseMemory } from "../memory/sparse-memory.ts";

const FRAME = 4096;

describe("a ZeroingHost", () => {
  test("fills a discarded run with zeros, and nothing else", () => {
    const ram = new Uint8Array(5 * FRAME).fill(9);
    new ZeroingHost(new LinearMemory(() => ram)).discard(1, 2);
    expect(ram.indexOf(0)).toBe(FRAME);
    expect(ram.lastIndexOf(0)).toBe(3 * FRAME - 1);
    expect(ram.subarray(FRAME, 3 * FRAME).every((byte) => byte === 0)).toBe(true);
  });

  test("reports which bytes it overwrote, after it did", () => {
    const ram = new Uint8Array(5 * FRAME).fill(9);
    const seen: number[][] = [];
    new ZeroingHost(new LinearMemory(() => ram), (start, end) =>
      seen.push([start, end, ram[start]!, ram[end - 1]!]),
    ).discard(3, 2);
    expect(seen).toEqual([[3 * FRAME, 5 * FRAME, 0, 0]]);
  });

  test("asks for the memory on every call, because an emulator replaces it when it grows", () => {
    let ram = new Uint8Array(2 * FRAME).fill(9);
    const host = new ZeroingHost(new LinearMemory(() => ram));
    host.discard(0, 1);
    ram = new Uint8Array(2 * FRAME).fill(9);
    host.discard(1, 1);
    expect(ram.indexOf(0)).toBe(FRAME);
  });

  test.each([0, 1, 2, 3])(
    "fills with a word, and with zeros, where memory begins %i bytes after a word",
    (at) => {
      const ram = new Uint8Array(3 * FRAME + 8).subarray(at, at + 3 * FRAME).fill(9);
      const host = new ZeroingHost(new LinearMemory(() => ram));
      expect([host.fill(0, 2, 0x8badf00d), host.discard(1, 1)]).toEqual([undefined, undefined]);
      const words = new DataView(ram.buffer, at, 3 * FRAME);
      expect(
        [0, FRAME - 4, FRAME, 2 * FRAME - 4, 2 * FRAME].map((byte) => words.getUint32(byte, true)),
      ).toEqual([0x8badf00d, 0x8badf00d, 0, 0, 0x09090909]);
    },
  );

  test("goes on when a frame that was not zero becomes zero while it looks, as another thread may do", () => {
    const memory = new SparseMemory([{ base: 0, size: 5 * FRAME }]);
    for (const frame of [1, 3]) memory.write8(frame * FRAME, 9);
    const isZero = memory.isZero.bind(memory);
    memory.isZero = (address, bytes) => {
      const answer = isZero(address, bytes);
      if (address === FRAME) memory.write8(FRAME, 0);
      return answer;
    };
    new ZeroingHost(memory).discard(0, 5);
    expect([memory.read8(FRAME), memory.read8(3 * FRAME)]).toEqual([0, 0]);
  });

  test("takes any value of a memory's isZero for an answer, as a program in JavaScript may give one", () => {
    const memory = new SparseMemory([{ base: 0, size: 5 * FRAME }]);
    for (const frame of [1, 2, 4]) memory.write8(frame * FRAME, 9);
    const isZero = memory.isZero.bind(memory);
    memory.isZero = (address, bytes) => Number(isZero(address, bytes)) as unknown as boolean;
    const written: number[][] = [];
    new ZeroingHost(memory, (start, end) => written.push([start / FRAME, end / FRAME])).discard(0, 5);
    expect(written).toEqual([
      [1, 3],
      [4, 5],
    ]);
  });

  test("locks nothing, and its calls never fail", () => {
    const ram = new Uint8Array(FRAME).fill(9);
    const host = new ZeroingHost(new LinearMemory(() => ram));
    expect(host.pinned).toBe(false);
    const results: HostResult[] = [];
    const memory: HostMemory = host;
    results.push(memory.unlock(0, 1), memory.lock(0, 1), memory.discard(0, 1));
    expect(results).toEqual([undefined, undefined, undefined]);
  });
});
