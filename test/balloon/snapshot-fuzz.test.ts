import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSnapshot, encodeSnapshot, SnapshotError } from "../../src/balloon/index.ts";
import type { BalloonState } from "../../src/balloon/index.ts";
import { crc32 } from "../../src/balloon/state/crc32.ts";
import { decodeState, encodeState } from "../../src/v86/state-codec.ts";
import { savedBalloon } from "../../src/v86/index.ts";
import { pinned } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { virtioOf } from "./internals.ts";

const SMALL = { frames: 64, scratch: 16, spare: 0x20000 } as const;

/** A device that uses every field of a state: ballooned pages, a withheld deflate, a statistics buffer. */
function busy(): Machine {
  const machine = pinned({ ...SMALL, onLockFailure: "withhold" }).up(undefined, 8);
  machine.inflate(1, 2, 3, 9, 20);
  machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
  machine.host.failCall(0);
  machine.deflate(2, 3, 9);
  return machine;
}

const GOOD = encodeSnapshot(busy().device.state());

/** Changes one byte anywhere after the checksum; JSON stays JSON surprisingly often. */
const edits = fc.array(
  fc.record({
    at: fc.integer({ min: 8, max: GOOD.length - 1 }),
    byte: fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.constantFrom(...Buffer.from("0123456789-,"))),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Edited, with the checksum made correct again, as an attacker would do it. */
function forged(changes: readonly { at: number; byte: number }[]): Uint8Array {
  const bytes = GOOD.slice();
  for (const { at, byte } of changes) bytes[at] = byte;
  new DataView(bytes.buffer).setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

function decoded(bytes: Uint8Array): BalloonState | undefined {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}

/** What a device must be that has refused a state: as after a reset, which also changes the generation. */
function expectFresh({ device }: Machine): void {
  const { virtio, ...rest } = pinned(SMALL).device.state();
  const { generation } = virtioOf(device).state();
  expect(device.state()).toEqual({ ...rest, virtio: { ...virtio, generation } });
}

test("a forged snapshot is a SnapshotError, a refusal, or a state that the device can continue", () => {
  const seen = { error: 0, refused: 0, restored: 0 };
  fc.assert(
    fc.property(edits, (changes) => {
      const state = decoded(forged(changes));
      if (state === undefined) {
        seen.error++;
        return;
      }
      const machine = pinned({ ...SMALL, onLockFailure: "withhold" });
      if (machine.device.restore(state) !== undefined) {
        seen.refused++;
        expectFresh(machine);
        return;
      }
      seen.restored++;
      expect(machine.ballooned.every((frame) => frame < machine.device.frames)).toBe(true);
      while (machine.timer.planned > 0) machine.timer.fire();
      machine.device.requestStats();
      for (let queue = 0; queue < 5; queue++) machine.driver.transport.notify(queue);
      machine.up(undefined, 8).inflate(5);
      expect(machine.ballooned).toEqual([5]);
      expect(machine.canaryIntact).toBe(true);
    }),
    { numRuns: 5000, seed: 20120907 },
  );
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50);
});

test("any value in a state saved by v86 leads to a state of this device, a reset device, or a typed error", () => {
  const state = busy().device.state();
  const [tag, snapshot, registers] = encodeState({
    slot: 13,
    transport: "modern",
    state,
    selection: { deviceFeature: 0, driverFeature: 0, queue: 1 },
  });
  const part = fc.oneof(
    fc.constant(tag),
    fc.constant(snapshot),
    fc.constant(registers),
    fc.json(),
    fc.uint8Array(),
    fc.anything(),
    edits.map(forged),
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(part, { maxLength: 4 }), fc.anything()), part, part, (saved, a, b) => {
      for (const value of [saved, [tag, a, b], [tag, snapshot, b]]) {
        expectTyped(() => decodeState(value));
      }
    }),
    { numRuns: 1000 },
  );
});

test("bytes that are not a v86 state are a SnapshotError", () => {
  const words = fc.oneof(fc.constant(0x86768676), fc.nat(40), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), fc.json(), (header, json) => {
      const text = Buffer.from(json);
      const bytes = new Uint8Array(Buffer.concat([Buffer.from(Uint32Array.from(header).buffer), text]));
      expectTyped(() => savedBalloon(bytes), SnapshotError);
      const good = Uint32Array.of(0x86768676, 6, 16 + text.length, text.length);
      const framed = new Uint8Array(Buffer.concat([Buffer.from(good.buffer), text]));
      expectTyped(() => savedBalloon(framed), SnapshotError);
    }),
    { numRuns: 1000 },
  );
});

function expectTyped(decode: () => unknown, ...more: (typeof SnapshotError)[]): void {
  try {
    decode();
  } catch (error) {
    const documented = more.length > 0 ? more : [SnapshotError, TypeError];
    if (!documented.some((type) => error instanceof type)) throw error;
  }
}
