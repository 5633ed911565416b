import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { hasZeroPage } from "../../rig/zero-page.ts";
import { scanOf, WordScan } from "../../src/memory/zero-scan.ts";
import type { ZeroScan } from "../../src/memory/zero-scan.ts";

const FRAME = 4096;
const FRAMES = 16;
const WASM_PAGE = 65536;
/** Guest memory begins inside the buffer, as v86's does. */
const BASE = 3 * FRAME + 8;

afterEach(() => {
  vi.restoreAllMocks();
});

function memory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 2 });
}

const inJavaScript = (of: WebAssembly.Memory): ZeroScan => new WordScan(() => of.buffer);

const SCANS: [name: string, make: (of: WebAssembly.Memory) => ZeroScan, base: number][] = [
  ["WebAssembly", scanOf, BASE],
  ["JavaScript", inJavaScript, BASE],
  ["JavaScript, between two words", inJavaScript, BASE + 1],
];

describe.each(SCANS)("a scan in %s", (_name, make, base) => {
  test("counts the frames of zeros, and the others", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.option(fc.tuple(fc.nat(FRAME - 1), fc.integer({ min: 1, max: 255 })), { nil: undefined }),
          {
            minLength: FRAMES,
            maxLength: FRAMES,
          },
        ),
        fc.nat(FRAMES),
        fc.nat(FRAMES),
        (marks, first, count) => {
          const of = memory();
          const bytes = new Uint8Array(of.buffer);
          marks.forEach((mark, frame) => {
            if (mark !== undefined) bytes[base + frame * FRAME + mark[0]] = mark[1];
          });
          const scan = make(of);
          const asked = marks.slice(first, first + count);
          const leading = (holds: (mark: unknown) => boolean): number => {
            const end = asked.findIndex((mark) => !holds(mark));
            return end < 0 ? asked.length : end;
          };
          const at = base + first * FRAME;
          expect(scan.zeros(at, asked.length)).toBe(leading((mark) => mark === undefined));
          expect(scan.others(at, asked.length)).toBe(leading((mark) => mark !== undefined));
        },
      ),
    );
  });

  test("finds a single byte wherever it is in the frame, and none next to it", () => {
    const of = memory();
    const bytes = new Uint8Array(of.buffer);
    const scan = make(of);
    const start = base % FRAME;
    const missed = Array.from({ length: FRAME }, (_, at) => start + at).filter((at) => {
      bytes[FRAME + at] = 1;
      const found = [scan.zeros(start, 3), scan.others(start + FRAME, 2), scan.zeros(start + 2 * FRAME, 1)];
      bytes[FRAME + at] = 0;
      return found.join() !== "1,1,1";
    });
    expect(missed).toEqual([]);
  });

  test("continues when the memory has grown", () => {
    const of = memory();
    const scan = make(of);
    expect(scan.zeros(0, 32)).toBe(32);
    of.grow(1);
    new Uint8Array(of.buffer)[2 * WASM_PAGE] = 1;
    expect([scan.zeros(0, 48), scan.others(2 * WASM_PAGE, 16)]).toEqual([32, 1]);
  });
});

test("a scan uses JavaScript where WebAssembly, or what it needs, is missing", () => {
  expect(scanOf(memory())).not.toBeInstanceOf(WordScan);
  vi.spyOn(WebAssembly, "Instance").mockImplementation(function () {
    throw new WebAssembly.CompileError("blocked by Content Security Policy");
  });
  const of = memory();
  expect(scanOf(of)).toBeInstanceOf(WordScan);
  new Uint8Array(of.buffer)[2 * FRAME] = 1;
  expect(scanOf(of).zeros(0, 4)).toBe(2);
});

const HOSTS: [name: string, of: (memory: WebAssembly.Memory) => WebAssembly.Memory | undefined][] = [
  ["a host that is given the memory", (of) => of],
  ["a host that is given no memory", () => undefined],
  ["a host that is given another memory", () => memory()],
];

describe.each(HOSTS)("%s", (_name, given) => {
  test.each(["discard", "fill"] as const)(
    "writes zeros only to pages that are not zero, with %s, and reports only those",
    (call) => {
      const of = memory();
      const ram = (): Uint8Array => new Uint8Array(of.buffer, BASE, FRAMES * FRAME);
      for (const frame of [2, 3, 7, 15]) ram()[frame * FRAME + 100] = 9;
      const written: number[][] = [];
      const known = given(of);
      const host = new ZeroingHost(new LinearMemory(ram, 0, () => known), (start, end) =>
        written.push([start / FRAME, end / FRAME]),
      );
      expect(call === "discard" ? host.discard(1, 14) : host.fill(1, 14, 0)).toBeUndefined();
      expect(written).toEqual([
        [2, 4],
        [7, 8],
      ]);
      expect([...ram().keys()].filter((at) => ram()[at] !== 0)).toEqual([15 * FRAME + 100]);
    },
  );

  test.runIf(process.platform === "linux" && hasZeroPage())(
    "takes no memory for 100,000 untouched pages",
    () => {
      const pages = 100_000;
      const of = new WebAssembly.Memory({ initial: Math.ceil((pages * FRAME) / WASM_PAGE) });
      const known = given(of);
      const host = new ZeroingHost(
        new LinearMemory(
          () => new Uint8Array(of.buffer),
          0,
          () => known,
        ),
        () => expect.unreachable(),
      );
      const before = process.memoryUsage.rss();
      expect(host.discard(0, pages)).toBeUndefined();
      expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(20);
    },
  );
});
