import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer } from "../../src/balance/index.ts";
import type { Balloon } from "../../src/balloon/index.ts";
import { FRAME_BYTES, FRAMES, Tag, TalkingGuest } from "./talking-guest.ts";
import { virtioOf } from "../balloon/internals.ts";

const MOST = FRAMES - FRAMES / 16;
const INTERVAL_MS = 100;
let balancer: Balancer;
let errors: unknown[];

function start(budget: number, ...guests: TalkingGuest[]): void {
  errors = [];
  balancer = createBalancer({
    budgetBytes: budget * FRAME_BYTES,
    intervalMs: INTERVAL_MS,
    onError: (error) => errors.push(error),
  });
  for (const { machine } of guests) balancer.add(machine.device);
}

/** Makes the guest answer with these. */
function tell(guest: TalkingGuest, ...entries: (readonly [number, bigint])[]): void {
  expect(guest.machine.queue("stats").used()).toHaveLength(1);
  guest.say(...entries);
}

function round(): void {
  vi.advanceTimersByTime(INTERVAL_MS);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  balancer.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const bytes = (frames: number): bigint => BigInt(frames * FRAME_BYTES);
const ALL_ONES = 2n ** 64n - 1n;

describe("claims of a guest", () => {
  test.each<[string, (readonly [number, bigint])[], number]>([
    ["AVAIL of 2^64 - 1, for what it does not know", [[Tag.AVAIL, ALL_ONES]], 0],
    [
      "… and MEMFREE",
      [
        [Tag.AVAIL, ALL_ONES],
        [Tag.MEMFREE, bytes(364)],
      ],
      300,
    ],
    ["MEMFREE alone", [[Tag.MEMFREE, bytes(364)]], 300],
    ["MEMFREE of 2^64 - 1", [[Tag.MEMFREE, ALL_ONES]], 0],
    ["more than any memory", [[Tag.AVAIL, ALL_ONES - 1n]], MOST],
    ["2^63", [[Tag.AVAIL, 2n ** 63n]], MOST],
    ["what wraps to little in 32 bits of frames", [[Tag.AVAIL, 2n ** 44n]], MOST],
    ["more than it has", [[Tag.AVAIL, bytes(FRAMES + 1)]], MOST],
    [
      "more than its MEMTOT",
      [
        [Tag.AVAIL, bytes(900)],
        [Tag.MEMTOT, bytes(364)],
      ],
      300,
    ],
    [
      "a MEMTOT of 2^64 - 1",
      [
        [Tag.AVAIL, bytes(364)],
        [Tag.MEMTOT, ALL_ONES],
      ],
      300,
    ],
    [
      "a MEMTOT of 0",
      [
        [Tag.AVAIL, bytes(364)],
        [Tag.MEMTOT, 0n],
      ],
      0,
    ],
    ["nothing available", [[Tag.AVAIL, 0n]], 0],
    ["nothing", [], 0],
    ["half a frame more than it shall keep", [[Tag.AVAIL, bytes(64) + 2048n]], 0],
  ])("%s", (_, entries, target) => {
    const guest = new TalkingGuest(0);
    start(1, guest);
    tell(guest, ...entries);
    round();
    expect(guest.target).toBe(target);
  });

  test("are forgotten when they came before a reset", () => {
    const guest = new TalkingGuest(0);
    start(1, guest);
    tell(guest, [Tag.AVAIL, bytes(900)]);
    guest.machine.driver.reset();
    round();
    expect(guest.target).toBe(0);
  });

  test("and the contents of its balloon do no harm: targets are legal, and the timer goes on", () => {
    const value = fc.oneof(
      fc.bigInt({ min: 0n, max: ALL_ONES }),
      fc.bigInt({ min: 0n, max: bytes(2 * FRAMES) }),
      fc.constantFrom(0n, ALL_ONES, ALL_ONES - 4095n, 2n ** 63n),
    );
    const report = fc.array(fc.tuple(fc.integer({ min: 0, max: 17 }), value), { maxLength: 12 });
    const life = fc.array(fc.record({ report, obeys: fc.integer({ min: 0, max: FRAMES }) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(life, fc.integer({ min: 1, max: 2 * FRAMES }), (lives, budget) => {
        const [liar, honest] = [new TalkingGuest(0), new TalkingGuest(500)];
        start(budget, liar, honest);
        for (const { report: entries, obeys } of lives) {
          // The rings are beyond these frames.
          tell(liar, ...entries);
          honest.answer();
          round();
          liar.obey(Math.min(obeys, Math.max(0, 400 - liar.ballooned)));
          for (const { target } of [liar, honest]) {
            expect(Number.isInteger(target) && target >= 0 && target <= MOST).toBe(true);
          }
          expect(honest.target).toBeLessThanOrEqual(500 - FRAMES / 16);
        }
        balancer.dispose();
        expect(errors).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("one bad device does not end the round for the others:", () => {
  const boom = (): never => {
    throw new Error("boom");
  };

  /** What the host's own code may break in a device, and a state of the guest that makes the balancer use that part. */
  test.each<[string, (device: Balloon) => void]>([
    [
      "a target that cannot be set",
      (device) => Object.defineProperty(device, "target", { get: () => 0, set: boom }),
    ],
    [
      "a target that cannot be read",
      (device) => Object.defineProperty(device, "target", { get: boom, set: boom }),
    ],
    ["a page set that is gone", (device) => Object.defineProperty(device, "ballooned", { get: boom })],
    ["no statistics", (device) => Object.defineProperty(device, "requestStats", { value: boom })],
  ])("%s", (_, break_) => {
    const [bad, good] = [new TalkingGuest(800), new TalkingGuest(800)];
    start(1500, bad, good);
    bad.answer();
    good.answer();
    break_(bad.machine.device);
    for (let i = 0; i < 8; i++) {
      round();
      good.answer();
      good.obey();
    }
    expect(good.target).toBeGreaterThan(0);
    expect(errors.length).toBeGreaterThan(0);
    expect(balancer.committedBytes).toBeGreaterThan(0);
  });

  test("an interrupt line that throws", () => {
    const [bad, good] = [new TalkingGuest(800), new TalkingGuest(800)];
    start(1500, bad, good);
    bad.answer();
    good.answer();
    bad.machine.line.raise = boom;
    bad.machine.line.lower = boom;
    round();
    expect(good.target).toBeGreaterThan(0);
  });

  test("a device that needs a reset is left alone, and others give what it owes", () => {
    const [broken, good] = [new TalkingGuest(800), new TalkingGuest(800)];
    start(1500, broken, good);
    broken.answer();
    good.answer();
    round();
    virtioOf(broken.machine.device).needsReset();
    const { target } = broken;
    for (let i = 0; i < 8; i++) {
      round();
      good.answer();
      good.obey();
    }
    expect(broken.target).toBe(target);
    expect(good.target).toBe(2 * FRAMES - 1500);
    expect(errors).toEqual([]);
  });

  test("an error handler that throws, whose error still surfaces", () => {
    const [bad, good] = [new TalkingGuest(800), new TalkingGuest(800)];
    const lost: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (task: () => void) => {
      try {
        task();
      } catch (error) {
        lost.push(error);
      }
    });
    balancer = createBalancer({ budgetBytes: 1500 * FRAME_BYTES, intervalMs: INTERVAL_MS, onError: boom });
    for (const { machine } of [bad, good]) balancer.add(machine.device);
    good.answer();
    Object.defineProperty(bad.machine.device, "target", { get: boom, set: boom });
    round();
    vi.unstubAllGlobals();
    expect(good.target).toBeGreaterThan(0);
    expect(String(lost[0])).toBe("Error: boom");
  });
});

describe("host code that runs in the middle of a round", () => {
  /** Runs when the balancer moves the first guest. */
  function during(call: () => void): TalkingGuest[] {
    const guests = [new TalkingGuest(800), new TalkingGuest(800)];
    start(1500, ...guests);
    for (const guest of guests) guest.answer();
    // A line that is already up is not raised again.
    guests[0]!.machine.driver.interrupts();
    guests[0]!.machine.line.raise = call;
    round();
    return guests;
  }

  test("may ask for a round", () => {
    const guests = during(() => {
      balancer.round();
    });
    expect(guests.map(({ target }) => target)).toEqual([274, 274]);
  });

  test("may dispose of the balancer: it moves nothing after that", () => {
    const guests = during(() => {
      balancer.dispose();
    });
    expect(guests.map(({ target }) => target)).toEqual([274, 0]);
  });
});
