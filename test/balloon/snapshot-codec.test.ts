import fc from "fast-check";
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { STATE_VERSION } from "../../src/balloon/state/balloon-state.ts";
import { decodeSnapshot, encodeSnapshot, SnapshotError } from "../../src/balloon/index.ts";
import type { BalloonState } from "../../src/balloon/index.ts";
import { crc32 } from "../../src/balloon/state/crc32.ts";
import { pinned } from "./harness.ts";

const u32 = fc.nat(0xffffffff);
const u16 = fc.nat(0xffff);
const features = fc.bigInt(0n, 2n ** 128n - 1n);
const words = fc.uint32Array({ maxLength: 9 });
/** The address that two 32-bit halves make, as far as a number can represent it. */
const address = fc.tuple(u32, u32).map(([high, low]) => high * 2 ** 32 + low);
const queue = fc.record({
  size: u16,
  enabled: fc.boolean(),
  descriptors: address,
  driver: address,
  device: address,
  nextAvail: u16,
  nextUsed: u16,
});
const anyState: fc.Arbitrary<BalloonState> = fc.record({
  version: fc.constant(STATE_VERSION),
  memory: words,
  numbering: fc.constantFrom("negotiated", "offered", "spec"),
  revision: fc.constantFrom(1, 2),
  offered: features,
  silentDeflateBit: fc.option(fc.nat(127), { nil: undefined }),
  virtio: fc.record({
    status: fc.nat(255),
    accepted: features,
    isr: fc.nat(3),
    generation: fc.nat(255),
    interface: fc.constantFrom("modern", "legacy", undefined),
    queues: fc.array(queue, { maxLength: 5 }),
  }),
  targetFrames: u32,
  actualFrames: u32,
  poison: u32,
  ballooned: words,
  lock: fc.record({ keptLocked: words, owed: words }),
  withheld: fc.option(fc.record({ head: u16, runs: words }), { nil: undefined }),
  statsBuffer: fc.option(u16, { nil: undefined }),
  hint: fc.record({
    phase: fc.constantFrom("idle", "requested", "running"),
    run: u32,
    abandoned: fc.boolean(),
  }),
  hintCommand: u32,
  pending: fc.array(
    fc.record({
      role: fc.constantFrom("inflate", "deflate", "stats", "hint", "report"),
      until: fc.nat(0xffff),
    }),
    { maxLength: 3 },
  ),
});

/** A snapshot with a correct checksum, whatever its contents. */
function forge(json: string, list: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 4) * 4));
  const bytes = new Uint8Array(12 + text.length + 4 * list.length);
  bytes.set(encodeSnapshot(freshState()).subarray(0, 4));
  bytes.set(text, 12);
  const view = new DataView(bytes.buffer);
  list.forEach((word, i) => {
    view.setUint32(12 + text.length + 4 * i, word, true);
  });
  view.setUint32(8, json.length, true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

function freshState(): BalloonState {
  return pinned().device.state();
}

test("crc32 is the checksum that zip uses", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === zlibCrc32(bytes)));
});

describe("a snapshot", () => {
  test("gives back any state", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(decodeSnapshot(encodeSnapshot(state))).toEqual(state);
      }),
    );
  });

  test("may lie anywhere in a buffer", () => {
    const snapshot = encodeSnapshot(freshState());
    const around = new Uint8Array(snapshot.length + 7);
    around.set(snapshot, 5);
    expect(decodeSnapshot(around.subarray(5, 5 + snapshot.length))).toEqual(freshState());
  });

  test("with one byte changed, or cut anywhere, is a SnapshotError", () => {
    const snapshot = encodeSnapshot({ ...freshState(), ballooned: Uint32Array.of(5, 6, 20, 1) });
    for (let at = 0; at < snapshot.length; at++) {
      const changed = snapshot.slice();
      changed[at]! ^= 1 << (at % 8);
      expect(() => decodeSnapshot(changed)).toThrow(SnapshotError);
      expect(() => decodeSnapshot(snapshot.subarray(0, at))).toThrow(SnapshotError);
    }
  });

  test("of random bytes is a SnapshotError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeSnapshot(bytes)).toThrow(SnapshotError);
      }),
    );
  });

  test.each([
    ["something other than JSON", "{"],
    ["something other than an object", "5"],
    ["null", "null"],
    ["no version", "{}"],
    ["version 0", '{"version":0}'],
    ["a later version", `{"version":${STATE_VERSION + 1}}`],
    ["version 1.5", '{"version":1.5}'],
    ["no fields", `{"version":${STATE_VERSION}}`],
    ["an invalid bigint", '{"version":1,"x":{"bits":"zz"}}'],
    ["a list beyond the end", '{"version":1,"ballooned":{"words":[0,9]}}'],
    ["a list before the start", '{"version":1,"ballooned":{"words":[-1,1]}}'],
    ["an endless list", '{"version":1,"ballooned":{"words":[0,1e300]}}'],
  ])("with a correct checksum and %s is a SnapshotError", (_, json) => {
    expect(() => decodeSnapshot(forge(json, [1, 2]))).toThrow(SnapshotError);
  });

  test("that names words twice is refused before it can ask for more memory than its size", () => {
    const twice = '{"version":1,"ballooned":{"words":[0,2]},"lock":{"words":[0,2]}}';
    expect(() => decodeSnapshot(forge(twice, [1, 2]))).toThrow("a list of words is at the wrong place");
  });

  test.each(["memory", "virtio", "ballooned", "lock", "hint", "numbering"])(
    "without %s is a SnapshotError",
    (field) => {
      const state = Object.fromEntries(Object.entries(freshState()).filter(([key]) => key !== field));
      expect(() => decodeSnapshot(encodeSnapshot(state as never))).toThrow("not complete");
    },
  );

  test.each([
    ["a negative count", { targetFrames: -1 }],
    ["a fraction", { actualFrames: 1.5 }],
    ["something else for a list", { ballooned: [1, 2] }],
    ["something else for a queue", { virtio: { ...freshState().virtio, queues: [5] } }],
  ])("with %s is a SnapshotError", (_, change) => {
    const bytes = encodeSnapshot({ ...freshState(), ...change } as never);
    expect(() => decodeSnapshot(bytes)).toThrow(SnapshotError);
  });
});
