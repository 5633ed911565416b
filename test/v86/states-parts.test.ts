import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chunks } from "../../src/v86/states/chunks.ts";
import { bitsOf, runsOf } from "../../src/v86/states/frame-bits.ts";
import { joined, layOut } from "../../src/v86/states/layout.ts";
import { readState } from "../../src/v86/states/read-state.ts";

describe("bytes in parts", () => {
  test("equal the whole, wherever reading begins", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 9 })),
        fc.array(fc.tuple(fc.nat(40), fc.nat(20))),
        (parts, reads) => {
          const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
          const chunks = new Chunks(parts);
          expect(chunks.length).toBe(whole.length);
          for (const [from, bytes] of reads) {
            if (from + bytes > whole.length) expect(() => chunks.slice(from, bytes)).toThrow(RangeError);
            else expect(chunks.slice(from, bytes)).toEqual(whole.slice(from, from + bytes));
          }
        },
      ),
    );
  });

  test.each([-1, 1.5, NaN, Infinity, 2 ** 40])(
    "refuse a size of %j before anything is allocated",
    (bytes) => {
      expect(() => new Chunks([new Uint8Array(4)]).slice(0, bytes)).toThrow(RangeError);
    },
  );
});

test("bits and runs of frames mean the same", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (wanted) => {
      const frames = wanted.length;
      const bits = new Uint8Array((frames + 7) >> 3);
      wanted.forEach((on, at) => (bits[at >> 3]! |= Number(on) << (at & 7)));
      const runs = runsOf(bits, frames);
      const listed = [...runs].flatMap(([first, count]) =>
        Array.from({ length: count }, (_, i) => first + i),
      );
      expect(listed).toEqual(wanted.flatMap((on, at) => (on ? [at] : [])));
      expect([...runs].every(([first], i) => i === 0 || first > runs.first(i - 1) + runs.frames(i - 1))).toBe(
        true,
      );
      expect(runs.total).toBe(listed.length);
      expect(bitsOf(runs, frames)).toEqual(bits);
    }),
  );
});

/** A good state, whose JSON is then changed. */
function forged(change: (json: { state: unknown[]; buffer_infos: unknown[] }) => unknown): Uint8Array {
  const state: unknown[] = Array.from({ length: 90 }, () => 0);
  state[0] = 8192;
  state[77] = new Uint8Array(4096).fill(1);
  state[78] = Uint8Array.of(2);
  const good = new Uint8Array(joined(layOut({ get_state: () => state }, undefined), () => undefined));
  const words = new DataView(good.buffer);
  const json = JSON.parse(
    new TextDecoder().decode(good.subarray(16, 16 + words.getUint32(12, true))),
  ) as never;
  const text = new TextEncoder().encode(JSON.stringify(change(json) ?? json));
  const head = new Uint8Array(Math.ceil((16 + text.length) / 4) * 4);
  head.set(good.subarray(0, 16));
  head.set(text, 16);
  const parts = good.subarray(Math.ceil((16 + words.getUint32(12, true)) / 4) * 4);
  new DataView(head.buffer).setUint32(8, head.length + parts.length, true);
  new DataView(head.buffer).setUint32(12, text.length, true);
  return Uint8Array.from([...head, ...parts]);
}

test("a good state is read: guest memory stays where it is", () => {
  const bytes = forged(() => undefined);
  const read = readState(new Chunks([bytes]));
  expect(read).toMatchObject({ memorySize: 8192, bytes: 4096, bits: Uint8Array.of(2) });
  expect(bytes.subarray(read.at, read.at + read.bytes)).toEqual(new Uint8Array(4096).fill(1));
  expect(read.state[77]).toBe(read.packed);
});

test.each<[what: string, change: Parameters<typeof forged>[0], message: string]>([
  ["no object", () => 7, "its JSON is not a state"],
  ["null", () => "null", "its JSON is not a state"],
  ["no state", (json) => ({ ...json, state: {} }), "its JSON is not a state"],
  ["no buffers", (json) => ({ ...json, buffer_infos: 1 }), "its JSON is not a state"],
  [
    "an unknown kind",
    (json) => void (json.state[5] = { __state_type__: "constructor", buffer_id: 0 }),
    "unknown kind",
  ],
  ["something else for a kind", (json) => void (json.state[5] = {}), "unknown kind"],
  [
    "a buffer beyond the last",
    (json) => void (json.state[5] = { __state_type__: "Uint8Array", buffer_id: 9 }),
    "a buffer it does not have",
  ],
  [
    "a buffer by name",
    (json) => void (json.state[5] = { __state_type__: "Uint8Array", buffer_id: "length" }),
    "unknown kind",
  ],
  [
    "a buffer that is too long",
    (json) => void (json.buffer_infos[0] = { offset: 0, length: 2 ** 31 }),
    "its buffers overlap",
  ],
  [
    "a buffer before the first",
    (json) => void (json.buffer_infos[1] = { offset: -4, length: 4 }),
    "a buffer it does not have",
  ],
  [
    "buffers that overlap",
    (json) => void json.buffer_infos.push({ offset: 0, length: 4096 }, { offset: 0, length: 4096 }),
    "its buffers overlap",
  ],
  ["no guest memory", (json) => void (json.state[77] = null), "a buffer it does not have"],
  ["no bitmap", (json) => void (json.state[78] = [1]), "it has no guest memory"],
  ["a memory of no size", (json) => void (json.state[0] = "8192"), "it has no guest memory"],
])("a state with %s is refused", (_what, change, message) => {
  expect(() => readState(new Chunks([forged(change)]))).toThrow(message);
});

test("a state with any bytes changed or cut is read or refused, and allocates no more than its size", () => {
  const good = forged(() => undefined);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255))),
      fc.nat(good.length),
      (changes, cut) => {
        const bytes = good.slice(0, cut === 0 ? undefined : cut);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        let read: ReturnType<typeof readState> | undefined;
        try {
          read = readState(new Chunks([bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        if (read !== undefined) expect(read.at + read.bytes).toBeLessThanOrEqual(bytes.length);
      },
    ),
  );
});
