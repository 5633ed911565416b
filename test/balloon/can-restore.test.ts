import { RamFrames } from "../../src/memory/index.ts";
import { describe, expect, test } from "vitest";
import { STATE_VERSION } from "../../src/balloon/state/balloon-state.ts";
import { canRestore } from "../../src/balloon/state/can-restore.ts";
import type { RestoreTarget } from "../../src/balloon/state/can-restore.ts";
import type { BalloonState } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { Status } from "../../src/virtio/index.ts";
import { pinned, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { virtioOf } from "./internals.ts";

const { VERSION_1, WILL_TELL_HOST, STATS_VQ } = Feature;
const POLITE = featureSet(VERSION_1, WILL_TELL_HOST, STATS_VQ);
const SILENT = POLITE | (1n << 50n);

/** A device with frames 3, 4 and 9 in its balloon, a statistics buffer, and a withheld deflate of frame 4. */
function busy(features = POLITE): Machine {
  const machine = pinned({ onLockFailure: "withhold", silentDeflateBit: 50 }).up(features);
  machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
  machine.inflate(3, 4, 9);
  machine.host.failCall(0);
  machine.deflate(4);
  return machine;
}

const words = (...values: number[]): Uint32Array => Uint32Array.from(values);

describe("canRestore refuses, with a reason, a state that the device cannot have or continue:", () => {
  const cases: [reason: string, edit: (state: BalloonState) => object][] = [
    [`state version 0, this device knows ${STATE_VERSION}`, () => ({ version: 0 })],
    [`state version ${STATE_VERSION + 1}, this device knows`, () => ({ version: STATE_VERSION + 1 })],
    ["other guest memory: this device has frames 0 to 1023", () => ({ memory: words(0, 1023) })],
    ['queues numbered as "spec", this device numbers them as "negotiated"', () => ({ numbering: "spec" })],
    ["the list of ballooned frames", () => ({ ballooned: words(3, 2, 4, 1) })],
    ["the list of ballooned frames", () => ({ ballooned: words(9, 1, 3, 2) })],
    ["the list of ballooned frames", () => ({ ballooned: words(3, 0) })],
    ["the list of ballooned frames", () => ({ ballooned: words(3, 2, 9) })],
    ["the list of ballooned frames", () => ({ ballooned: words(1020, 5) })],
    ["the list of ballooned frames", () => ({ ballooned: words(3, 0xffffffff) })],
    ["the list of kept locked frames", () => ({ lock: { keptLocked: words(5, 0), owed: words() } })],
    ["the list of owed frames", () => ({ lock: { keptLocked: words(), owed: words(1024, 1) } })],
    ["the list of withheld frames", () => ({ withheld: { head: 0, runs: words(4) } })],
    ["a withheld deflate of frames that are not", () => ({ withheld: { head: 0, runs: words(5, 1) } })],
    ["a withheld deflate of frames that are not", () => ({ withheld: { head: 0, runs: words(4, 2) } })],
    ["a withheld deflate of frames that are not", () => ({ withheld: { head: 0, runs: words(2, 2) } })],
    [
      "a withheld deflate of frames that are not",
      () => ({ withheld: { head: 0, runs: words(3, 2, 9, 1, 11, 1) } }),
    ],
    ["a target of 1025 frames for a guest of 1024", () => ({ targetFrames: 1025 })],
    [
      "a driver that has not negotiated",
      ({ virtio }) => ({ virtio: { ...virtio, status: Status.DRIVER_OK } }),
    ],
    [
      "a driver that has not negotiated",
      ({ virtio }) => ({ virtio: { ...virtio, status: 0 }, ballooned: words(), withheld: undefined }),
    ],
    ["VERSION_1", ({ virtio }) => ({ virtio: { ...virtio, accepted: virtio.accepted & ~(1n << 32n) } })],
    [
      "features that it was not offered: bit 60",
      ({ virtio }) => ({ virtio: { ...virtio, accepted: virtio.accepted | (1n << 60n) } }),
    ],
    [
      "features that this device does not support: bit 60",
      ({ virtio, offered }) => ({
        virtio: { ...virtio, accepted: virtio.accepted | (1n << 60n) },
        offered: offered | (1n << 60n),
      }),
    ],
    [
      "queue size 3 is not a power of two up to 128",
      ({ virtio }) => ({
        virtio: { ...virtio, queues: virtio.queues.map((queue) => ({ ...queue, size: 3 })) },
      }),
    ],
    [
      "queue size 256 is not a power of two up to 128",
      ({ virtio }) => ({
        virtio: { ...virtio, queues: virtio.queues.map((queue) => ({ ...queue, size: 256 })) },
      }),
    ],
  ];

  test.each(cases)("%s", (reason, edit) => {
    const machine = busy();
    const target = machine.device.target;
    expect(machine.migrate({}, (state) => ({ ...state, ...edit(state) }))).toContain(reason);
    const { status, accepted } = virtioOf(machine.device);
    expect([status, accepted, machine.ballooned, machine.device.target]).toEqual([0, 0n, [], target]);
    expect(machine.host.lockedFrames).toBe(1024);
    expect(machine.counters).toMatchObject({ withheld: false, outcome: undefined });
    expect([machine.timer.planned, machine.device.requestStats()]).toEqual([0, false]);
  });

  test("but not a good state", () => {
    const machine = busy();
    expect(machine.migrate({}, (state) => ({ ...state, target: 1024 }))).toBeUndefined();
    const fine = { withheld: { head: 0, runs: words(3, 1, 4, 1, 9, 1) } };
    expect(busy().migrate({}, (state) => ({ ...state, ...fine }))).toBeUndefined();
  });
});

describe("the device class of the destination decides about the guest's promise:", () => {
  test("class never refuses a driver that negotiated SILENT_DEFLATE, whether it knows the bit or not", () => {
    for (const changes of [{ silentDeflateBit: 50 }, {}]) {
      const refusal = busy(SILENT).migrate({ silentDeflate: "never", ...changes });
      expect(refusal).toBe(
        'the guest negotiated SILENT_DEFLATE, and a device of class "never" does not support silent deflate',
      );
    }
  });

  test("class never refuses a driver that took neither bit, for the same reason as at FEATURES_OK", () => {
    const machine = pinned({ silentDeflateBit: 50 }).up(featureSet(VERSION_1));
    machine.inflate(3);
    expect(machine.migrate({ silentDeflate: "never" })).toContain("does not support silent deflate");
    expect(machine.ballooned).toEqual([]);
  });

  test("every class accepts a driver that promised to tell", () => {
    for (const silentDeflate of ["never", "optional", "always"] as const) {
      const machine = busy();
      expect(machine.migrate({ silentDeflate })).toBeUndefined();
      expect(machine.device.counters().locking).toBe(true);
      expect(machine.ballooned).toEqual([3, 4, 9]);
    }
  });

  test("only a class that knows the bit accepts a silent driver", () => {
    expect(busy(SILENT).migrate({ silentDeflate: "always" })).toBeUndefined();
    expect(busy(SILENT).migrate({ silentDeflateBit: 51 })).toContain("SILENT_DEFLATE as bit 50");
  });
});

test("canRestore needs no device and changes none", () => {
  const { device } = busy();
  const target: RestoreTarget = {
    ram: new RamFrames({ regions: [{ base: 0, size: 1024 * 4096 }] }),
    supportedFeatures: (1n << 128n) - 1n,
    queueNumbering: "negotiated",
    silentDeflate: "optional",
    silentDeflateBit: 50,
  };
  expect(canRestore(device.state(), target)).toBeUndefined();
  expect(
    canRestore(device.state(), { ...target, ram: new RamFrames({ regions: [{ base: 0, size: 5 * 4096 }] }) }),
  ).toContain("this device has frames 0 to 4");
  expect(canRestore(device.state(), { ...target, supportedFeatures: 0n })).toContain("does not support");
});

describe("an edited state from a file cannot make the device throw later:", () => {
  test("rings outside memory give no statistics and no acknowledgement", () => {
    const machine = busy();
    const refusal = machine.migrate({}, (state) => {
      const queues = state.virtio.queues.map((queue) =>
        queue.enabled ? { ...queue, device: 2 ** 40 } : queue,
      );
      return { ...state, virtio: { ...state.virtio, queues } };
    });
    expect(refusal).toBeUndefined();
    expect(machine.device.requestStats()).toBe(false);
    machine.timer.fire();
    expect(machine.canaryIntact).toBe(true);
    machine.inflate(20);
    expect(machine.counters.needsReset).toBe(true);
  });

  test.each([0, 1, 5])(
    "the run after a hinting run with the id %d does not get the id STOP or DONE",
    (run) => {
      const machine = unpinned().up();
      machine.migrate({}, (state) => ({ ...state, hint: { ...state.hint, run } }));
      machine.device.requestFreePages();
      expect(machine.device.state().hintCommand).toBeGreaterThan(5);
    },
  );
});
