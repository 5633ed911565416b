import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer } from "../../src/balance/index.ts";
import { FRAME_BYTES, FRAMES, TalkingGuest } from "./talking-guest.ts";

/** Rounds without progress: one to ask, one to ask others, one for the others to give. */
const SOON = 8;
let balancer: Balancer;

/** A guest, and how many frames it moves in a round. */
interface Paced {
  readonly guest: TalkingGuest;
  pace: number;
}

function start(budget: number, ...guests: TalkingGuest[]): void {
  balancer = createBalancer({ budgetBytes: budget * FRAME_BYTES, intervalMs: 100 });
  for (const { machine } of guests) balancer.add(machine.device);
}

function pass(rounds: number, paced: readonly Paced[]): void {
  for (let i = 0; i < rounds; i++) {
    for (const { guest } of paced) guest.answer();
    vi.advanceTimersByTime(100);
    for (const { guest, pace } of paced) guest.obey(pace);
  }
}

const used = (guests: readonly Paced[]): number =>
  guests.reduce((sum, { guest }) => sum + FRAMES - guest.ballooned, 0);
const targets = (guests: readonly Paced[]): number[] => guests.map(({ guest }) => guest.target);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  balancer.dispose();
  vi.useRealTimers();
});

describe("a guest that does not follow its target", () => {
  const BUDGET = 3 * FRAMES - 300;
  const three = (pace: number): Paced[] => [
    { guest: new TalkingGuest(500), pace },
    { guest: new TalkingGuest(500), pace: Infinity },
    { guest: new TalkingGuest(500), pace: Infinity },
  ];

  test("leaves the others alone for five rounds, then they give what it does not give", () => {
    const guests = three(0);
    start(BUDGET, ...guests.map(({ guest }) => guest));
    pass(5, guests);
    expect(targets(guests)).toEqual([100, 100, 100]);
    pass(SOON - 5, guests);
    expect(targets(guests)).toEqual([100, 150, 150]);
    expect(used(guests)).toBe(BUDGET);
    pass(20, guests);
    expect(targets(guests)).toEqual([100, 150, 150]);
  });

  test("gives at last, and the others get their memory back", () => {
    const guests = three(0);
    start(BUDGET, ...guests.map(({ guest }) => guest));
    pass(SOON, guests);
    guests[0]!.pace = 50;
    pass(3, guests);
    expect(targets(guests)[0]).toBe(100);
    pass(3, guests);
    expect(targets(guests)).toEqual([100, 100, 100]);
    expect(used(guests)).toBe(BUDGET);
  });

  test("but makes slow progress is waited for", () => {
    const guests = three(3);
    start(BUDGET, ...guests.map(({ guest }) => guest));
    pass(40, guests);
    expect(targets(guests)).toEqual([100, 100, 100]);
  });

  test("but makes hardly any progress is not waited for", () => {
    const guests = three(0);
    start(BUDGET, ...guests.map(({ guest }) => guest));
    for (let i = 0; i < SOON; i++) {
      guests[0]!.pace = i % 4 === 0 ? 1 : 0;
      pass(1, guests);
    }
    expect(used(guests)).toBeLessThanOrEqual(BUDGET);
  });

  test("is removed, and the others get back what they gave for it", () => {
    const guests = three(0);
    start(BUDGET, ...guests.slice(1).map(({ guest }) => guest));
    const leave = balancer.add(guests[0]!.guest.machine.device);
    pass(SOON, guests);
    leave();
    pass(2, guests);
    expect(targets(guests).slice(1)).toEqual([0, 0]);
  });

  test("does not keep the total over the budget while others can spare enough, whoever stalls", () => {
    const anyGuests = fc.array(
      fc.record({ available: fc.integer({ min: 0, max: 500 }), stalls: fc.boolean() }),
      { minLength: 2, maxLength: 5 },
    );
    fc.assert(
      fc.property(anyGuests, fc.double({ min: 0.3, max: 1, noNaN: true }), (made, share) => {
        const guests = made.map(({ available, stalls }) => ({
          guest: new TalkingGuest(available),
          pace: stalls ? 0 : Infinity,
        }));
        const budget = Math.floor(share * FRAMES * guests.length);
        const able = made.filter(({ stalls }) => !stalls);
        const spare = able.reduce((sum, { available }) => sum + Math.max(0, available - FRAMES / 16), 0);
        start(budget, ...guests.map(({ guest }) => guest));
        pass(2 * SOON, guests);
        expect(used(guests)).toBeLessThanOrEqual(Math.max(budget, FRAMES * guests.length - spare));
        balancer.dispose();
      }),
      { numRuns: 40 },
    );
  });
});
