import { afterEach, describe, expect, test } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import * as balance from "../../src/entries/balance.ts";
import * as core from "../../src/entries/index.ts";
import * as testing from "../../src/entries/testing.ts";
import * as registerBanks from "../../src/entries/virtio.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { featureNames, hasFeature } from "../../src/negotiation/index.ts";
import { Runs } from "../../src/tracker/index.ts";
import {
  decodeTrace,
  encodeTrace,
  replayDevice,
  replayTracker,
  TraceRecorder,
} from "../../src/trace/index.ts";
import { attachBalloon, savedBalloon } from "../../src/v86/index.ts";
import * as virtio from "../../src/virtio/index.ts";
import { virtioOf } from "../balloon/internals.ts";

const ram = new Uint8Array(1 << 20);
const memory = core.guestMemory(() => ram);
const interrupt = { raise: () => undefined, lower: () => undefined };
const host = new core.ZeroingHost(memory);
const device = new core.Balloon({ memory, interrupt, host });
const recording = new RecordingHost({ frames: 16 });
const policy = new LockPolicy({ host, frames: 16, onLockFailure: "degrade" });
const tracker = new core.PageTracker(16);
const registers = new virtio.ModernBar(virtioOf(device));
const driver = new virtio.MockDriver(registers, memory, 0);
const balancer = createBalancer({ budgetBytes: 1 << 20 });
balancer.dispose();
const nothing = (): void => undefined;
/** A machine that is never ready: these members check their arguments before they need one. */
const balloon = attachBalloon({
  emulator_bus: { send: nothing },
  add_listener: nothing,
  remove_listener: nothing,
  stop: nothing,
  destroy: nothing,
});
const trace = { guestFrames: 16, records: [] };

afterEach(() => {
  device.statsInterval = 0;
});

type Use = (value: never) => unknown;

/** Numbers, by their names in the messages. */
const NUMBERS: readonly (readonly [name: string, where: string, use: Use])[] = [
  ["target", "Balloon", (value) => (device.target = value)],
  ["statsInterval", "Balloon", (value) => (device.statsInterval = value)],
  ["target", "V86Balloon", (value) => (balloon.target = value)],
  [
    "frames",
    "Inflate",
    (value) => {
      balloon.compat.Inflate(value);
    },
  ],
  [
    "frames",
    "Deflate",
    (value) => {
      balloon.compat.Deflate(value);
    },
  ],
  [
    "lockLimit",
    "RecordingHost",
    (value) => (recording.lockLimit = value === (Infinity as never) ? -1 : value),
  ],
  [
    "nth",
    "failCall",
    (value) => {
      recording.failCall(value);
    },
  ],
  ["attempt", "LockPolicy.deflate", (value) => policy.deflate(new Runs(), value)],
  ["frames", "PageTracker", (value) => new core.PageTracker(value)],
  ["byteLength", "staging", (value) => tracker.staging(value)],
  ["pfns", "inflateStaged", (value) => tracker.inflateStaged(value)],
  ["pfns", "deflateStaged", (value) => tracker.deflateStaged(value)],
  ["pfns", "stagedDuplicates", (value) => tracker.stagedDuplicates(value)],
  ["pfns", "stagedMembers", (value) => tracker.stagedMembers(value)],
  ["pfn", "has", (value) => tracker.has(value)],
  ["pfn", "next", (value) => tracker.next(value)],
  ["pfn", "nextOutside", (value) => tracker.nextOutside(value)],
  ["first", "inflateRange", (value) => tracker.inflateRange(value, 1)],
  ["frames", "deflateRange", (value) => tracker.deflateRange(0, value)],
  ["first", "countRange", (value) => tracker.countRange(value, 1)],
  ["bits[1]", "featureSet", (value) => core.featureSet(0, value)],
  ["bit", "hasFeature", (value) => hasFeature(1n, value)],
  ["silentDeflateBit", "featureNames", (value) => featureNames(1n, value)],
  ["limit", "TraceRecorder", (value) => new TraceRecorder(value)],
  ["guestFrames", "TraceRecorder.trace", (value) => new TraceRecorder().trace(value)],
  ["trace.guestFrames", "encodeTrace", (value) => encodeTrace({ ...trace, guestFrames: value })],
  ["trace.guestFrames", "replayTracker", (value) => replayTracker({ ...trace, guestFrames: value })],
  ["trace.guestFrames", "replayDevice", (value) => replayDevice({ ...trace, guestFrames: value })],
  ["queues", "VirtioDevice", (value) => new virtio.VirtioDevice(memory, interrupt, value)],
  ["ioBase", "modernConfigSpace", (value) => virtio.modernConfigSpace(value)],
  ["ioBase", "legacyConfigSpace", (value) => virtio.legacyConfigSpace(value)],
  ["legacyBase", "transitionalConfigSpace", (value) => virtio.transitionalConfigSpace(value, 0)],
  ["modernBase", "transitionalConfigSpace", (value) => virtio.transitionalConfigSpace(0, value)],
  ["scratch", "MockDriver", (value) => new virtio.MockDriver(registers, memory, value)],
  ["index", "MockDriver.queue", (value) => driver.queue(value)],
  ["size", "MockDriver.queue", (value) => driver.queue(0, value)],
  ["bytes", "MockDriver.allocate", (value) => driver.allocate(value)],
  ["offset", "MockDriver.readConfig", (value) => driver.readConfig(value)],
  [
    "width",
    "MockDriver.writeConfig",
    (value) => {
      driver.writeConfig(0, 0, value);
    },
  ],
  ["index", "MockQueue", (value) => new virtio.MockQueue(memory, value, 4, 0, nothing)],
  ["size", "MockQueue", (value) => new virtio.MockQueue(memory, 0, value, 0, nothing)],
  ["address", "MockQueue", (value) => new virtio.MockQueue(memory, 0, 4, value, nothing)],
  ["size", "MockQueue.bytes", (value) => virtio.MockQueue.bytes(value)],
];

/** Values that no entry of NOT_THESE may be. */
const OBJECTS: readonly (readonly [name: string, where: string, use: Use])[] = [
  ["name", "on", (value) => device.on(value, nothing)],
  ["listener", "on", (value) => device.on("stats", value)],
  ["state", "restore", (value) => device.restore(value)],
  ["state", "encodeSnapshot", (value) => core.encodeSnapshot(value)],
  ["bytes", "decodeSnapshot", (value) => core.decodeSnapshot(value)],
  ["device", "balancer.add", (value) => balancer.add(value)],
  ["enabled", "LockPolicy", (value) => (policy.enabled = value)],
  [
    "onLockFailure",
    "Balloon",
    (value) => new core.Balloon({ memory, interrupt, host, onLockFailure: value }),
  ],
  ["pairs", "Runs", (value) => new Runs(value)],
  [
    "visit",
    "forEachRun",
    (value) => {
      tracker.forEachRun(value);
    },
  ],
  ["pfns", "inflate", (value) => tracker.inflate(value)],
  ["pfns", "deflate", (value) => tracker.deflate(value)],
  ["pfns", "inflateRuns", (value) => tracker.inflateRuns(value)],
  ["set", "hasFeature", (value) => hasFeature(value, 0)],
  ["set", "featureNames", (value) => featureNames(value)],
  ["memory", "ZeroingHost", (value) => new core.ZeroingHost(value)],
  ["written", "ZeroingHost", (value) => new core.ZeroingHost(memory, value)],
  [
    "code",
    "failCall",
    (value) => {
      recording.failCall(0, value === ("x" as never) ? (5 as never) : value);
    },
  ],
  ["ram", "guestMemory", (value) => core.guestMemory(value)],
  ["bytes()", "guestMemory", (value) => core.guestMemory(() => value)],
  [
    "model",
    "VirtioDevice",
    (value) => {
      virtioOf(device).connect(value);
    },
  ],
  ["memory", "VirtioDevice", (value) => new virtio.VirtioDevice(value, interrupt, 1)],
  ["interrupt", "VirtioDevice", (value) => new virtio.VirtioDevice(memory, value, 1)],
  ["memory", "SplitQueue", (value) => new virtio.SplitQueue(value)],
  ["device", "ModernBar", (value) => new virtio.ModernBar(value)],
  ["device", "LegacyBar", (value) => new virtio.LegacyBar(value)],
  ["device", "MmioTransport", (value) => new virtio.MmioTransport(value)],
  ["bar", "ModernPciTransport", (value) => new virtio.ModernPciTransport(value)],
  ["bar", "LegacyPciTransport", (value) => new virtio.LegacyPciTransport(value)],
  ["registers", "MmioDriverTransport", (value) => new virtio.MmioDriverTransport(value)],
  ["bar", "MockDriver", (value) => new virtio.MockDriver(value, memory, 0)],
  ["memory", "MockDriver", (value) => new virtio.MockDriver(registers, value, 0)],
  ["Transport", "MockDriver", (value) => new virtio.MockDriver(registers, memory, 0, value)],
  ["features", "MockDriver.negotiate", (value) => driver.negotiate(value)],
  ["memory", "MockQueue", (value) => new virtio.MockQueue(value, 0, 4, 0, nothing)],
  ["kick", "MockQueue", (value) => new virtio.MockQueue(memory, 0, 4, 0, value)],
  ["bytes", "decodeTrace", (value) => decodeTrace(value)],
  ["trace", "encodeTrace", (value) => encodeTrace(value)],
  ["trace.records", "encodeTrace", (value) => encodeTrace({ guestFrames: 1, records: value })],
  ["trace.records[0]", "encodeTrace", (value) => encodeTrace({ guestFrames: 1, records: [value] })],
  ["trace", "replayTracker", (value) => replayTracker(value)],
  ["tracker", "replayTracker", (value) => replayTracker(trace, value)],
  ["onRecord", "replayTracker", (value) => replayTracker(trace, tracker, value)],
  ["trace", "replayDevice", (value) => replayDevice(value)],
  ["host", "replayDevice", (value) => replayDevice(trace, value)],
  ["onRecord", "replayDevice", (value) => replayDevice(trace, host, value)],
  [
    "callback",
    "GetStats",
    (value) => {
      balloon.compat.GetStats(value);
    },
  ],
  [
    "callback",
    "Cleanup",
    (value) => {
      balloon.compat.Cleanup(value);
    },
  ],
  ["state", "savedBalloon", (value) => savedBalloon(value)],
];

function messageOf(use: Use, value: unknown): string {
  try {
    use(value as never);
  } catch (error) {
    return String(error);
  }
  return "no error";
}

describe.each(NUMBERS)("%s of %s", (name, _where, use) => {
  test.each([NaN, -1, 0.5, Infinity])("is a RangeError: %d", (value) => {
    expect(messageOf(use, value)).toMatch(`RangeError: ${name}: expected `);
  });

  test.each([[null], ["5"], [5n], [true], [[5]], [{}], [new Number(5)]])("is a TypeError: %o", (value) => {
    expect(messageOf(use, value)).toMatch(`TypeError: ${name}: expected `);
  });
});

describe.each(OBJECTS)("%s of %s", (name, _where, use) => {
  test.each([[null], [5], [NaN], ["x"], [Symbol("s")]])("is a TypeError: %o", (value) => {
    expect(messageOf(use, value)).toMatch(`TypeError: ${name}: expected `);
  });
});

test("a host, an interrupt line and registers are checked member by member", () => {
  const options = (changes: object): unknown => new core.Balloon({ memory, interrupt, host, ...changes });
  const own = { pinned: true, unlock: nothing, lock: nothing, discard: nothing };
  expect(() => options({ host: { ...own, pinned: "yes" } })).toThrow(
    new TypeError('host.pinned: expected true or false, got "yes"'),
  );
  expect(() => options({ host: { ...own, pageFrames: 3 } })).toThrow(
    new RangeError("host.pageFrames: expected a power of two from 1 to 512, got 3"),
  );
  expect(() => options({ interrupt: { raise: nothing } })).toThrow(
    new TypeError("interrupt.lower: expected a function, got undefined"),
  );
  expect(() => new virtio.MockDriver({ read: () => 0 } as never, memory, 0)).toThrow(
    new TypeError("bar.write: expected a function, got undefined"),
  );
});

test("an error about a word or an event that is nearly right names the one that was meant", () => {
  expect(messageOf((value) => device.on(value, nothing), "inflat")).toMatch(/; did you mean "inflate"\?$/);
  expect(
    messageOf((onLockFailure) => new core.Balloon({ memory, interrupt, host, onLockFailure }), "degarde"),
  ).toMatch(/; did you mean "degrade"\?$/);
});

test("-0 is taken as 0", () => {
  device.statsInterval = -0;
  expect(device.statsInterval).toBe(0);
});

test("the engine is made from anything that can be compiled", async () => {
  for (const source of [null, 5, "x", {}])
    await expect(core.PageTracker.prepare(source as never)).rejects.toThrow(/^source: expected bytes/);
});

/** Exports that have no argument to check themselves, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  SnapshotError: "an error",
  WaitError: "an error",
};

test("every exported function and class is in a table", () => {
  const text = [...NUMBERS, ...OBJECTS].map(([, where, use]) => `${where} ${String(use)}`).join(" ");
  const takers = "Balloon offeredByClass negotiate RecordingHost createBalancer";
  const exported = [core, registerBanks, testing, balance].flatMap((entry) => Object.entries(entry));
  const callable = exported
    .filter(([, value]: [string, unknown]) => typeof value === "function")
    .map(([name]) => name);
  const known = new RegExp(`\\b(${callable.join("|")})\\b`, "g");
  const named = new Set([...`${text} ${takers}`.matchAll(known)].map(([name]) => name));
  expect(callable.filter((name) => !named.has(name) && !(name in WITHOUT))).toEqual([]);
});
