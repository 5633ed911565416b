import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeTrace, encodeTrace, TraceError } from "../../src/trace/index.ts";
import { traces } from "./arbitraries.ts";
import { FIXTURES, readFixture } from "./fixtures.ts";

/** A batch of two PFNs at byte 32 and a report of one range at byte 52, 72 bytes in total. */
const GOOD = encodeTrace({
  guestFrames: 64,
  records: [
    { kind: "inflate", timeUs: 0, pfns: Uint32Array.of(1, 2) },
    { kind: "report", timeUs: 9, ranges: Uint32Array.of(8, 4) },
  ],
});

function withWord(offset: number, value: number): Uint8Array {
  const bytes = GOOD.slice();
  new DataView(bytes.buffer).setUint32(offset, value, true);
  return bytes;
}

function padded(bytes: number): Uint8Array {
  const longer = new Uint8Array(GOOD.length + bytes);
  longer.set(GOOD);
  return longer;
}

/** A trace of version 3 with these regions and an empty balloon. */
function withRegions(guestFrames: number, ...regions: number[]): Uint8Array {
  const header = [0x52544256, 3, guestFrames, 1, regions.length / 2, 0, 0, 0];
  return new Uint8Array(Uint32Array.of(...header, ...regions, 5, 0, 0).buffer);
}

function problemOf(bytes: Uint8Array): { name: string; offset: number; message: string } {
  try {
    decodeTrace(bytes);
  } catch (error) {
    if (error instanceof TraceError)
      return { name: error.name, offset: error.offset, message: error.message };
    throw error;
  }
  throw new Error("decoded");
}

describe("decodeTrace refuses a bad trace and names the place of the fault:", () => {
  test.each<[string, number, Uint8Array]>([
    ["header cut short", 0, new Uint8Array(0)],
    ["header cut short", 31, GOOD.slice(0, 31)],
    ["not a trace: wrong magic", 0, withWord(0, 0x56425452)],
    ["unknown version", 4, withWord(4, 4)],
    ["wrong number of regions", 16, withWord(4, 3)],
    ["more regions than fit in the file", 16, withWord(16, 0x7fffffff)],
    ["regions out of order", 40, withRegions(16, 0, 4, 4, 12)],
    ["regions out of order", 32, withRegions(16, 0, 0)],
    ["regions do not end where guest memory ends", 8, withRegions(16, 0, 4, 5, 10)],
    ["versions 2 and 3 must begin with a record of what is in the balloon", 32, withWord(4, 2)],
    ["guest without memory", 8, withWord(8, 0)],
    ["wrong number of regions", 16, withWord(16, 1)],
    ["reserved word is not 0", 20, withWord(20, 1)],
    ["reserved word is not 0", 28, withWord(28, 1)],
    ["unknown kind of record 2", 32, withWord(32, 2)],
    ["unknown kind of record 5", 52, withWord(52, 5)],
    ["more records than fit in the file", 12, withWord(12, 4)],
    ["more records than fit in the file", 12, withWord(12, 0xffffffff)],
    ["record cut short", 72, withWord(12, 3)],
    ["record longer than the file", 40, withWord(40, 9)],
    ["record longer than the file", 60, withWord(60, 2)],
    ["record longer than the file", 60, withWord(60, 0x80000001)],
    ["record longer than the file", 60, withWord(60, 0xffffffff)],
    ["record longer than the file", 60, GOOD.slice(0, 71)],
    ["record cut short", 60, GOOD.slice(0, 60)],
    ["data behind the last record", 52, withWord(12, 1)],
    ["data behind the last record", 72, padded(4)],
    ["data behind the last record", 72, padded(1)],
  ])("%s, at byte %i", (problem, offset, bytes) => {
    expect(problemOf(bytes)).toEqual({
      name: "TraceError",
      offset,
      message: `${problem} at byte ${offset}`,
    });
  });

  const known = (...runs: number[]): Uint8Array =>
    new Uint8Array(Uint32Array.of(0x52544256, 2, 64, 1, 0, 0, 0, 0, 5, 0, runs.length / 2, ...runs).buffer);

  test.each<[string, number, number[]]>([
    ["beyond the guest", 44, [60, 5]],
    ["around 2^32", 44, [0xffffffff, 2]],
    ["of no frames", 44, [3, 0]],
    ["overlapping", 52, [3, 4, 5, 2]],
    ["that are one", 52, [3, 4, 7, 2]],
    ["descending", 52, [9, 1, 3, 1]],
  ])("initial ballooned runs %s", (_, offset, runs) => {
    expect(decodeTrace(known(3, 4, 60, 4)).records).toHaveLength(1);
    const message = `runs out of order or outside guest memory at byte ${offset}`;
    expect(problemOf(known(...runs))).toEqual({ name: "TraceError", offset, message });
    const records = [{ kind: "ballooned", timeUs: 0, ranges: Uint32Array.from(runs) } as const];
    expect(() => encodeTrace({ guestFrames: 64, records })).toThrow(RangeError);
  });

  test("every cut of a good trace", () => {
    for (let length = 0; length < GOOD.length; length++) {
      expect(() => decodeTrace(GOOD.slice(0, length))).toThrow(TraceError);
    }
  });
});

/** Decodes. An accepted trace must be exactly what the bytes say; anything else must be a TraceError. */
function decodesOrRefuses(bytes: Uint8Array): "decoded" | "refused" {
  let trace;
  try {
    trace = decodeTrace(bytes);
  } catch (error) {
    if (error instanceof TraceError && error.offset <= bytes.length) return "refused";
    throw error;
  }
  // Not toEqual, which takes a second for a large file.
  if (Buffer.compare(encodeTrace(trace), bytes) !== 0) throw new Error("encodes to other bytes");
  return "decoded";
}

/** One change of a file: a byte or a word anywhere, a cut, or more bytes. */
const edits = fc.oneof(
  fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ at: fc.nat(), word: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 2 ** 32 - 1 })) }),
  fc.record({ cut: fc.nat() }),
  fc.record({ tail: fc.uint8Array({ maxLength: 40 }) }),
);

type Edit = typeof edits extends fc.Arbitrary<infer E> ? E : never;

function edited(bytes: Uint8Array, edit: Edit): Uint8Array {
  if ("tail" in edit) return Uint8Array.from([...bytes, ...edit.tail]);
  if ("cut" in edit) return bytes.slice(0, edit.cut % (bytes.length + 1));
  const copy = Uint8Array.from(bytes);
  const at = edit.at % Math.max(1, bytes.length - 3);
  if ("byte" in edit) copy[at] = edit.byte;
  else if (copy.length >= 4) new DataView(copy.buffer).setUint32(at & ~3, edit.word, true);
  return copy;
}

describe("fuzzing finds only TraceErrors and exact decodes in", () => {
  test("random words after a good magic and version", () => {
    const seen = new Set<string>();
    const word = fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.nat(4), fc.nat(3), (words, records, odd) => {
        const all = Uint32Array.from([0x52544256, 1, 64, records, 0, 0, 0, 0, ...words]);
        seen.add(decodesOrRefuses(new Uint8Array(all.buffer).subarray(0, 4 * all.length - odd)));
      }),
      { numRuns: 3000 },
    );
    expect(seen).toEqual(new Set(["decoded", "refused"]));
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodesOrRefuses(bytes)).toBe("refused");
      }),
    );
  });

  test("good traces with a few changes", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(traces(), fc.array(edits, { minLength: 1, maxLength: 3 }), (trace, changes) => {
        seen.add(decodesOrRefuses(changes.reduce(edited, encodeTrace(trace))));
      }),
      { numRuns: 3000 },
    );
    expect(seen).toEqual(new Set(["decoded", "refused"]));
  });

  test.each(FIXTURES)("%s with one word changed", (name) => {
    const bytes = readFixture(name);
    const word = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(fc.nat(), word, (at, value) => {
        decodesOrRefuses(edited(bytes, { at, word: value }));
      }),
    );
  });
});
