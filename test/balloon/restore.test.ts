import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { framesOf, pinned, range, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { virtioOf } from "./internals.ts";

const POLITE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
const WITH_STATS = POLITE | featureSet(Feature.STATS_VQ, Feature.RING_EVENT_IDX, Feature.RING_INDIRECT_DESC);

const pfns = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 12 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("inflate" as const), pfns }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("deflate" as const), pfns }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("stats", "ask", "target", "actual", "reset", "late", "kick"),
      value: fc.integer({ min: 0, max: 64 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One thing that the guest or the host does. */
function act(machine: Machine, step: Step): void {
  if (step.kind === "inflate" || step.kind === "deflate") machine[step.kind](...step.pfns);
  else if (step.kind === "stats")
    machine.send("stats", machine.buffer([4, 0, step.value, 0, 0, 0, 0, 0, 0, 0]));
  else if (step.kind === "ask") machine.device.requestStats();
  else if (step.kind === "target") machine.device.target = step.value * 4096;
  else if (step.kind === "actual") machine.driver.writeConfig(ConfigField.ACTUAL, step.value);
  else if (step.kind === "reset") machine.up(WITH_STATS, 8);
  else if (step.kind === "late") machine.queue("inflate").add(machine.pfns([step.value]));
  else for (const role of ["inflate", "deflate", "stats"] as const) machine.queue(role).kick();
}

/** What a guest can see, and what the host must know. */
function visible(machine: Machine): unknown {
  const { driver, host, counters } = machine;
  return {
    ballooned: machine.ballooned,
    unlocked: range(0, 64).filter((frame) => !host.isLocked(frame)),
    config: [0, 4, 8, 12].map((field) => driver.readConfig(field)),
    status: driver.status,
    rings: (["inflate", "deflate", "stats"] as const).map((role) => [
      machine.queue(role).usedIndex,
      machine.queue(role).availEvent,
    ]),
    accepted: counters.accepted,
    outcome: counters.outcome,
    withheld: counters.withheld,
  };
}

describe("a device that is saved and restored at any moments", () => {
  test("goes on as if nothing had happened", () => {
    const steps = fc.array(fc.record({ step, migrate: fc.boolean() }), { maxLength: 20, size: "max" });
    fc.assert(
      fc.property(steps, (sequence) => {
        const options = { frames: 64, scratch: 16, spare: 0x20000 } as const;
        const stays = pinned(options).up(WITH_STATS, 8);
        const moves = pinned(options).up(WITH_STATS, 8);
        for (const { step, migrate } of sequence) {
          act(stays, step);
          act(moves, step);
          if (migrate) expect(moves.migrate()).toBeUndefined();
          expect(visible(moves)).toEqual(visible(stays));
        }
        expect(Buffer.compare(moves.memory.bytes, stays.memory.bytes)).toBe(0);
        expect(moves.canaryIntact).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe("a restored device", () => {
  test("has unlocked the ballooned frames, and discarded nothing a second time", () => {
    const machine = pinned().up(POLITE);
    machine.inflate(3, 4, 9);
    machine.migrate();
    expect(machine.host.calls.map(({ call, first, frames }) => [call, first, frames])).toEqual([
      ["unlock", 3, 2],
      ["unlock", 9, 1],
    ]);
    machine.deflate(3, 9);
    expect(machine.ballooned).toEqual([4]);
    expect(machine.host.lockedFrames).toBe(1023);
  });

  test("knows which frames it could not unlock", () => {
    const machine = pinned({ lockLimit: 1024 }).up(POLITE);
    machine.inflate(3, 9);
    const { device, host } = machine;
    const state = device.state();
    virtioOf(device).reset();
    host.failCall(0);
    expect(device.restore(state)).toBeUndefined();
    expect(framesOf(device.state().lock.keptLocked)).toEqual([3]);
    expect([host.isLocked(3), host.isLocked(9)]).toEqual([true, false]);
    machine.deflate(3, 9);
    expect(host.lockedFrames).toBe(1024);
  });

  test("with a driver that may be silent leaves pinned memory alone", () => {
    const machine = pinned().up(featureSet(Feature.VERSION_1));
    machine.inflate(3);
    machine.migrate();
    expect(machine.ballooned).toEqual([3]);
    expect(machine.host.calls).toEqual([]);
  });

  test("tries a withheld acknowledgement again, and gives it", () => {
    const machine = pinned({ onLockFailure: "withhold" }).up(POLITE);
    machine.inflate(3, 4, 9);
    machine.host.failCall(0);
    const head = machine.deflate(3, 9);
    machine.deflate(4);
    expect(machine.queue("deflate").used()).toEqual([]);
    machine.migrate();
    expect(machine.counters.withheld).toBe(true);
    expect(machine.ballooned).toEqual([3, 4, 9]);
    expect(machine.queue("deflate").used()).toEqual([]);
    machine.timer.fire();
    expect(
      machine
        .queue("deflate")
        .used()
        .map((element) => element.head),
    ).toEqual([head, head + 1]);
    expect(machine.driver.interrupts().queue).toBe(true);
    expect(machine.ballooned).toEqual([]);
    expect(machine.host.lockedFrames).toBe(1024);
  });

  test("that needs a reset returns nothing, not even what was withheld", () => {
    const machine = pinned({ onLockFailure: "withhold" }).up(POLITE);
    machine.inflate(3);
    machine.host.failCall(0);
    machine.deflate(3);
    machine.queue("inflate").offer(999);
    machine.queue("inflate").kick();
    expect(machine.counters).toMatchObject({ needsReset: true, withheld: true });
    machine.migrate();
    expect(machine.counters).toMatchObject({ needsReset: true, withheld: true });
    expect(machine.timer.planned).toBe(0);
    machine.up(POLITE);
    expect(machine.ballooned).toEqual([]);
  });

  test("has the statistics buffer, and asks with it", () => {
    const machine = pinned().up(WITH_STATS);
    const head = machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
    machine.migrate();
    expect(machine.device.requestStats()).toBe(true);
    expect(machine.queue("stats").used()).toEqual([{ head, written: 0 }]);
    expect(machine.device.requestStats()).toBe(false);
  });

  test("raises the line for an interrupt that the driver has not seen", () => {
    const machine = pinned().up(POLITE);
    machine.inflate(3);
    machine.migrate();
    expect(machine.line.raised).toBe(true);
    expect(machine.driver.interrupts()).toEqual({ queue: true, config: false });
    expect(machine.line.raised).toBe(false);
  });

  test("keeps poison value, target and the driver's count", () => {
    const machine = unpinned({ freePageReporting: true }).setUp(POLITE | featureSet(Feature.PAGE_POISON));
    machine.driver.writeConfig(ConfigField.POISON_VAL, 0xabcdef01);
    machine.driver.writeConfig(ConfigField.ACTUAL, 12);
    machine.device.target = 34 * 4096;
    machine.migrate();
    expect([0, 4, 12].map((field) => machine.driver.readConfig(field))).toEqual([34, 12, 0xabcdef01]);
  });

  test("may be one that no driver has touched", () => {
    const machine = pinned();
    expect(machine.migrate()).toBeUndefined();
    expect(machine.device.counters().outcome).toBeUndefined();
    machine.up(POLITE);
    machine.inflate(1);
    expect(machine.ballooned).toEqual([1]);
  });

  test("may be one whose driver is half-way through its set-up", () => {
    const machine = pinned();
    machine.driver.negotiate(POLITE);
    const queue = machine.driver.queue(0, 8);
    machine.migrate();
    machine.driver.ready();
    queue.add(machine.pfns([5]));
    queue.kick();
    expect(machine.ballooned).toEqual([5]);
  });

  test("forgets its own previous state", () => {
    const machine = pinned().up(POLITE);
    machine.inflate(3);
    const state = machine.device.state();
    machine.inflate(4, 5);
    expect(machine.device.restore(state)).toBeUndefined();
    expect(machine.ballooned).toEqual([3]);
    expect(range(0, 10).filter((frame) => !machine.host.isLocked(frame))).toEqual([3]);
  });
});
