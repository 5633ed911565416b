import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { decodeState, encodeState } from "../../src/v86/state-codec.ts";

const place = { slot: 13, transport: "modern" } as const;
const selection = { deviceFeature: 1, driverFeature: 3, queue: 2 };

function freshDevice(ram: Uint8Array = new Uint8Array(1 << 20)): Balloon {
  return new Balloon({
    memory: new LinearMemory(() => ram),
    host: new ZeroingHost(new LinearMemory(() => ram)),
    interrupt: { raise: () => undefined, lower: () => undefined },
    silentDeflateBit: 127,
  });
}

describe("a device's state as v86 stores it", () => {
  test("is an array of strings and bytes, and comes back as it was", () => {
    const device = freshDevice();
    device.target = 200 * 4096;
    const ballooned = Uint32Array.of(3, 5, 100, 1);
    const state = {
      ...device.state(),
      ballooned,
      withheld: { head: 3, runs: Uint32Array.of(3, 2) },
      statsBuffer: 7,
    };
    const legacySelection = { queue: 1, partial: { field: 4, value: 9 } };
    const saved = encodeState({ state, selection, legacySelection, slot: 13, transport: "transitional" });
    expect(saved.every((part) => typeof part === "string" || part instanceof Uint8Array)).toBe(true);
    const decoded = decodeState(structuredClone(saved));
    expect(decoded).toEqual({ state, selection, legacySelection, slot: 13, transport: "transitional" });
  });

  test.each([[undefined], [null], [[[], 5, 6]], ["ballonet"], [[]]])(
    "contains nothing of this device if it is %j",
    (saved) => {
      expect(decodeState(saved)).toBeUndefined();
    },
  );

  const [tag, snapshot, registers] = encodeState({ state: freshDevice().state(), ...place, selection });
  test.each([
    ["nothing", []],
    ["a damaged snapshot", [snapshot.map((byte, at) => (at === 20 ? byte ^ 1 : byte)), registers]],
    ["a cut snapshot", [snapshot.subarray(0, 50), registers]],
    ["no registers", [snapshot]],
    ["registers cut off", [snapshot, registers.slice(0, -5)]],
    ["wrong registers", [snapshot, "{}"]],
    ["a negative register", [snapshot, JSON.stringify({ ...place, selection: { ...selection, queue: -1 } })]],
    ["no slot", [snapshot, JSON.stringify({ ...place, slot: undefined, selection })]],
    ["no transport", [snapshot, JSON.stringify({ ...place, transport: undefined, selection })]],
    ["an unknown transport", [snapshot, JSON.stringify({ ...place, transport: "ccw", selection })]],
    ["wrong legacy registers", [snapshot, JSON.stringify({ ...place, selection, legacySelection: {} })]],
  ])("is refused when damaged: %s", (_, parts) => {
    expect(() => decodeState([tag, ...parts])).toThrow();
  });
});
