import { describe, expect, test } from "vitest";
import { BalloonDevice } from "../../src/device/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { decodeState, encodeState } from "../../src/v86/state-codec.ts";
import { GuestMemory } from "../../src/virtio/index.ts";

const selection = { deviceFeature: 1, driverFeature: 3, queue: 2 };

function freshDevice(): BalloonDevice {
  const ram = new Uint8Array(1 << 20);
  return new BalloonDevice({
    memory: new GuestMemory(() => ram),
    host: new ZeroingHost(() => ram),
    interrupt: { raise: () => undefined, lower: () => undefined },
    silentDeflateBit: 127,
  });
}

describe("a device's state as v86 stores it", () => {
  test("is an array of strings, and comes back as it was", () => {
    const device = freshDevice();
    device.target = 200;
    device.held.inflateRange(3, 5);
    device.held.inflateRange(100, 1);
    const state = { ...device.state(), withheld: { head: 3, runs: Uint32Array.of(3, 2) }, statsBuffer: 7 };
    const saved = encodeState({ state, selection });
    expect(saved.every((part) => typeof part === "string")).toBe(true);
    expect(decodeState(structuredClone(saved))).toEqual({ state, selection });
  });

  test.each([[undefined], [null], [[[], 5, 6]], ["ballonet"], [[]]])(
    "is not %j: there is nothing of this device",
    (saved) => {
      expect(decodeState(saved)).toBeUndefined();
    },
  );

  test.each([
    ["no text", undefined],
    ["cut off", encodeState({ state: freshDevice().state(), selection })[1].slice(0, -5)],
    ["empty", "{}"],
    ["a negative count", JSON.stringify({ state: { version: -1 }, selection })],
    ["a queue that is none", damaged((state) => ({ ...state, virtio: { ...state.virtio, queues: [5] } }))],
    ["no page set", damaged((state) => ({ ...state, held: [1, 2] }))],
    ["a statistics buffer that is no number", damaged((state) => ({ ...state, statsBuffer: "x" }))],
    ["a withheld chain without runs", damaged((state) => ({ ...state, withheld: { head: 1 } }))],
  ])("is refused when damaged: %s", (_, json) => {
    expect(() => decodeState(["ballonet", json])).toThrow(TypeError);
  });
});

function damaged(change: (state: ReturnType<BalloonDevice["state"]>) => object): string {
  const state = change(freshDevice().state()) as ReturnType<BalloonDevice["state"]>;
  return encodeState({ state, selection })[1];
}
