import fc from "fast-check";
import { describe as inWords } from "../../src/options/index.ts";
import { describe, expect, test } from "vitest";
import { decodeTrace, encodeTrace } from "../../src/trace/index.ts";
import type { Trace } from "../../src/trace/index.ts";
import { traces } from "./arbitraries.ts";
import { FIXTURES, readFixture } from "./fixtures.ts";

const KINDS = new Map<number, string>([
  [0, "inflate"],
  [1, "deflate"],
  [3, "hint"],
  [4, "report"],
]);

/** Reads the format one word at a time; for good files only. */
function readNaively(bytes: Uint8Array): Trace {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = 32;
  const next = (): number => view.getUint32((at += 4) - 4, true);
  const take = (n: number): Uint32Array => Uint32Array.from({ length: n }, next);
  const records = Array.from({ length: view.getUint32(12, true) }, () => {
    const kind = KINDS.get(next());
    const timeUs = next();
    const n = next();
    const payload = kind === "hint" || kind === "report" ? { ranges: take(2 * n) } : { pfns: take(n) };
    return { kind, timeUs, ...payload } as Trace["records"][number];
  });
  return { guestFrames: view.getUint32(8, true), records };
}

/** The same bytes, `shift` bytes into a larger buffer. */
function shifted(bytes: Uint8Array, shift: number): Uint8Array {
  const moved = Buffer.alloc(bytes.length + shift + 3).subarray(shift, shift + bytes.length);
  moved.set(bytes);
  return moved;
}

describe("decoding and encoding", () => {
  test.each(FIXTURES)("%s decodes to its contents, and encodes to the same bytes", (name) => {
    const bytes = readFixture(name);
    const trace = decodeTrace(bytes);
    expect(trace).toEqual(readNaively(bytes));
    expect(Buffer.compare(encodeTrace(trace), bytes)).toBe(0);
  });

  test("any trace survives both", () => {
    fc.assert(
      fc.property(traces(), (trace) => {
        expect(decodeTrace(encodeTrace(trace))).toEqual(trace);
      }),
    );
  });

  test("the smallest trace is right, word by word", () => {
    const bytes = encodeTrace({
      guestFrames: 16,
      records: [
        { kind: "deflate", timeUs: 7, pfns: Uint32Array.of(5) },
        { kind: "report", timeUs: 0xffffffff, ranges: Uint32Array.of(8, 2) },
      ],
    });
    const words = [0x52544256, 1, 16, 2, 0, 0, 0, 0, 1, 7, 1, 5, 4, 0xffffffff, 1, 8, 2];
    expect(bytes).toEqual(new Uint8Array(Uint32Array.from(words).buffer));
    expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe("VBTR");
  });

  test("a trace that says where it begins is right, word by word", () => {
    const bytes = encodeTrace({
      guestFrames: 16,
      records: [
        { kind: "ballooned", timeUs: 0, ranges: Uint32Array.of(3, 2) },
        { kind: "deflate", timeUs: 7, pfns: Uint32Array.of(4) },
      ],
    });
    const words = [0x52544256, 2, 16, 2, 0, 0, 0, 0, 5, 0, 1, 3, 2, 1, 7, 1, 4];
    expect(bytes).toEqual(new Uint8Array(Uint32Array.from(words).buffer));
  });

  test.each(["x", undefined, new ArrayBuffer(32)])("decoding takes bytes, not %o", (bytes) => {
    expect(() => decodeTrace(bytes as unknown as Uint8Array)).toThrow(
      new TypeError(`bytes: expected a Uint8Array, got ${inWords(bytes)}`),
    );
  });

  test("records are views of aligned bytes", () => {
    const bytes = shifted(readFixture("report10"), 8);
    for (const record of decodeTrace(bytes).records) {
      const payload = "pfns" in record ? record.pfns : record.ranges;
      expect(payload.buffer).toBe(bytes.buffer);
    }
  });

  test.each([1, 2, 3])("bytes at an offset of %i are decoded all the same", (shift) => {
    const bytes = readFixture("report0");
    expect(decodeTrace(shifted(bytes, shift))).toEqual(decodeTrace(bytes));
  });

  test.each<[string, Trace]>([
    ["trace.guestFrames: expected an integer from 1 to 4294967295, got 0", { guestFrames: 0, records: [] }],
    [
      "trace.guestFrames: expected an integer from 1 to 4294967295, got 4294967296",
      { guestFrames: 2 ** 32, records: [] },
    ],
    [
      "trace.records[0].timeUs: expected an integer from 0 to 4294967295, got 0.5",
      { guestFrames: 1, records: [{ kind: "inflate", timeUs: 0.5, pfns: Uint32Array.of() }] },
    ],
    [
      "ballooned: expected such a record at the start of a trace that has others",
      {
        guestFrames: 8,
        records: [
          { kind: "inflate", timeUs: 0, pfns: Uint32Array.of(1) },
          { kind: "ballooned", timeUs: 0, ranges: Uint32Array.of() },
        ],
      },
    ],
    [
      "trace.records[0].ranges: expected pairs, got a length of 3",
      { guestFrames: 1, records: [{ kind: "hint", timeUs: 0, ranges: Uint32Array.of(1, 2, 3) }] },
    ],
  ])("encoding refuses what cannot be decoded again: %s", (message, trace) => {
    expect(() => encodeTrace(trace)).toThrow(new RangeError(message));
  });
});
