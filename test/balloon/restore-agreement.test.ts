import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BalloonOptions, BalloonState } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { LegacyBar, LegacyPciTransport, MockDriver } from "../../src/virtio/index.ts";
import { FRAME_BYTES, pinned, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { modelOf, virtioOf } from "./internals.ts";

const SMALL = { frames: 64, scratch: 16, spare: 0x20000, silentDeflateBit: 50 } as const;
const POLITE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.STATS_VQ);

/** A device that uses every field of a state: ballooned pages, a withheld deflate, a statistics buffer. */
function busy(): BalloonState {
  const machine = pinned({ ...SMALL, onLockFailure: "withhold" }).up(POLITE, 8);
  machine.inflate(1, 2, 3, 9, 20);
  machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
  machine.host.failCall(0);
  machine.deflate(2, 3, 9);
  return machine.device.state();
}

/** A hinting run, poison, and a silent driver. */
function hinting(): BalloonState {
  const machine = unpinned({ ...SMALL, freePageReporting: true, queueNumbering: "offered" }).up(undefined, 8);
  machine.device.requestFreePages();
  machine.inflate(7);
  return machine.device.state();
}

/** A chain that could not be returned. */
function stopped(): BalloonState {
  const machine = pinned({ ...SMALL, onLockFailure: "needs-reset" }).up(POLITE, 8);
  machine.inflate(3);
  machine.host.failCall(0);
  machine.deflate(3);
  return machine.device.state();
}

/** Queues that are set up before the features are negotiated. */
function early(): BalloonState {
  const machine = unpinned({ ...SMALL, queueNumbering: "spec" });
  machine.driver.queue(3, 16);
  return machine.device.state();
}

/** A legacy driver on old hardware, which begins before DRIVER_OK. */
function legacy(): BalloonState {
  const machine = unpinned({ ...SMALL, silentDeflate: "always", revision: 1 });
  const bar = new LegacyBar(virtioOf(machine.device));
  const driver = new MockDriver(bar, machine.memory, 16 * FRAME_BYTES, LegacyPciTransport);
  driver.negotiate(featureSet(Feature.STATS_VQ));
  const inflate = driver.queue(0);
  inflate.add(machine.pfns([5]));
  inflate.kick();
  return machine.device.state();
}

const STATES: Readonly<Record<string, BalloonState>> = {
  busy: busy(),
  hinting: hinting(),
  stopped: stopped(),
  early: early(),
  legacy: legacy(),
};

/** Hosts of every kind, so that each state is accepted by at least one of them. */
const TARGETS: readonly (() => Machine<BalloonOptions["host"]>)[] = (
  ["negotiated", "offered", "spec"] as const
).flatMap((queueNumbering) => [
  () => pinned({ ...SMALL, queueNumbering, silentDeflate: "never" }),
  () => unpinned({ ...SMALL, queueNumbering, silentDeflateBit: 51 }),
  () => unpinned({ ...SMALL, queueNumbering, silentDeflate: "always" }),
]);

/** Wrong kinds, borders of every width, and lists of all sorts. */
const HOSTILE: readonly unknown[] = [
  ...[undefined, null, "", "x", "spec", "offered", "legacy", "running", true, false, {}, [], [1], [[[]]]],
  ...[-1, 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 64, 127, 128, 255, 256, 1024, 0xffff, 0x10000, 0x7fffffff],
  ...[0x80000000, 0xffffffff, 2 ** 32, 2 ** 53, 2 ** 64, 2 ** 65, 1.5, NaN, Infinity, -Infinity, -0],
  ...[-1n, 0n, 1n, 2n, 1n << 32n, 1n << 50n, 1n << 127n, 1n << 128n, 1n << 5000n, (1n << 128n) - 1n],
  ...[
    [],
    [0],
    [0, 1],
    [5, 1],
    [1, 3],
    [3, 1, 1, 1],
    [0xffffffff, 1],
    [0, 0xffffffff],
    [95, 1],
    [9, 1, 9, 1],
  ].map((words) => Uint32Array.from(words)),
  { head: 0, runs: Uint32Array.of(5, 1) },
  { head: 0, runs: new Uint32Array() },
  { head: 99, runs: Uint32Array.of(1, 1) },
];

type Path = readonly string[];

/** Every field, with the fields inside it. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || value instanceof Uint32Array) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function withValue(value: unknown, [key, ...rest]: Path, hostile: unknown): unknown {
  if (key === undefined) return hostile;
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = Array.isArray(value) ? (value.slice() as never) : { ...value };
  copy[key] = withValue(copy[key], rest, hostile);
  return copy;
}

type Change = readonly [path: Path, hostile: unknown];

function changed(state: BalloonState, changes: readonly Change[]): BalloonState {
  return changes.reduce<unknown>(
    (value, [path, hostile]) => withValue(value, path, hostile),
    state,
  ) as BalloonState;
}

type Device = Machine<BalloonOptions["host"]>;

/** A refusal leaves nothing behind that a reset would remove. */
function expectFresh({ device }: Device): void {
  const { virtio, ...left } = device.state();
  virtioOf(device).reset();
  const after = device.state();
  const { generation } = virtio;
  expect({ ...left, virtio }).toEqual({ ...after, virtio: { ...after.virtio, generation } });
  expect([virtio.status, virtio.accepted, left.ballooned.length]).toEqual([0, 0n, 0]);
}

/** Whatever the state says, a device that took it serves its driver in bounded time and stays in its memory. */
function expectAlive(machine: Device): void {
  while (machine.timer.planned > 0 && machine.timer.delays.length < 100) machine.timer.fire();
  machine.device.requestStats();
  for (let queue = 0; queue < 5; queue++) virtioOf(machine.device).notify(queue);
  expect(machine.canaryIntact).toBe(true);
}

/** Returns whether the device took the state. */
function expectAgreement(machine: Device, state: BalloonState): boolean {
  const { device } = machine;
  const offer = [device.state().revision, modelOf(device).offeredFeatures];
  const can = device.canRestore(state);
  const refusal = device.restore(state);
  if (refusal !== can) expect(refusal).toBe(can);
  if (refusal === undefined) {
    expectAlive(machine);
    return true;
  }
  if (refusal.length > 300) expect(refusal.length).toBeLessThanOrEqual(300);
  expect([device.state().revision, modelOf(device).offeredFeatures]).toEqual(offer);
  return false;
}

test.each(Object.keys(STATES))(
  "canRestore and restore agree on a state with any one field changed: %s",
  (name) => {
    const state = STATES[name]!;
    const machines = TARGETS.map((make) => make());
    const taken = machines.map((machine) => expectAgreement(machine, state));
    expect(taken).toContain(true);
    const refused = { times: 0 };
    for (const path of pathsIn(state)) {
      for (const hostile of HOSTILE) {
        const forged = changed(state, [[path, hostile]]);
        for (const machine of machines) refused.times += Number(!expectAgreement(machine, forged));
      }
    }
    machines.forEach((machine) =>
      expectAgreement(machine, changed(state, [[["memory"], Uint32Array.of(0, 5)]])),
    );
    machines.forEach(expectFresh);
    expect(refused.times).toBeGreaterThan(5000);
  },
  120_000,
);

test("canRestore and restore agree on a state with any fields changed", () => {
  const machines = TARGETS.map((make) => make());
  const names = fc.constantFrom(...Object.keys(STATES));
  const changes = names.chain((name) => {
    const change = fc.tuple(fc.constantFrom(...pathsIn(STATES[name])), fc.constantFrom(...HOSTILE));
    return fc.record({ name: fc.constant(name), changes: fc.array(change, { minLength: 1, maxLength: 3 }) });
  });
  fc.assert(
    fc.property(changes, fc.nat(machines.length - 1), ({ name, changes }, which) => {
      const machine = machines[which]!;
      if (!expectAgreement(machine, changed(STATES[name]!, changes))) expectFresh(machine);
    }),
    { numRuns: 2000 },
  );
});

test.each([[[]], [{}], [new Uint32Array(0)]])("%j is not a state, and every device says so", (value) => {
  for (const make of TARGETS) expect(expectAgreement(make(), value as unknown as BalloonState)).toBe(false);
});

describe("a state that driver and device cannot both have reached is refused:", () => {
  const forge = (index: number, change: object): BalloonState => {
    const { virtio } = STATES.busy!;
    const queues = virtio.queues.map((queue, i) => (i === index ? { ...queue, ...change } : queue));
    return { ...STATES.busy!, virtio: { ...virtio, queues } };
  };
  const cases: readonly (readonly [reason: string, state: BalloonState])[] = [
    ["queue 0: 65531 chains taken and not returned, and 0 kept", forge(0, { nextAvail: 0, nextUsed: 5 })],
    ["queue 0: 1 chains taken and not returned, and 0 kept", forge(0, { nextAvail: 2 })],
    ["queue 1: 0 chains taken and not returned, and 1 kept", forge(1, { nextAvail: 0 })],
    ["queue 2: 2 chains taken and not returned, and 1 kept", forge(2, { nextAvail: 2 })],
    ["queue 0: chains taken from a queue that is not served", forge(0, { enabled: false })],
    ["queue 0: queue size 5 is not a power of two up to 128", forge(0, { size: 5 })],
    ["queue 3: set up, but the driver has no such queue", forge(3, { size: 8 })],
    ["a chain with head 8, which the stats queue does not have", { ...STATES.busy!, statsBuffer: 8 }],
    ["a device of revision 1 that offers WILL_TELL_HOST", { ...STATES.busy!, revision: 1 }],
  ];

  test.each(cases)("%s", (reason, state) => {
    const machine = pinned(SMALL);
    expect(machine.device.canRestore(state)).toBe(reason);
    expect(machine.device.restore(state)).toBe(reason);
  });

  test("but a device that needs a reset may keep the chain that caused it", () => {
    const { virtio } = STATES.stopped!;
    const kept = virtio.queues.map(({ nextAvail, nextUsed }) => nextAvail - nextUsed);
    expect(kept).toEqual(kept.map((_, index) => (index === 1 ? 1 : 0)));
    expect(pinned(SMALL).device.restore(STATES.stopped!)).toBeUndefined();
  });
});
