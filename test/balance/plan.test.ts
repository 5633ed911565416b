import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GuestLoad } from "../../src/balance/index.ts";
import { committed, planTargets } from "../../src/balance/plan.ts";

const FRAMES = 1600;
/** A 16th and an 8th of it. */
const LOW = 100;
const RESERVE = 200;

/** A guest of 1600 frames whose balloon is where it shall be, unless told. */
function load(target: number, unused: number | undefined, held: number = target): GuestLoad {
  return { frames: FRAMES, target, held, unused };
}

function total(guests: readonly GuestLoad[]): number {
  return guests.reduce((sum, guest) => sum + committed(guest), 0);
}

const anyLoad = fc
  .record({
    frames: fc.integer({ min: 16, max: 4096 }),
    target: fc.double({ min: 0, max: 1, noNaN: true }),
    held: fc.double({ min: 0, max: 1, noNaN: true }),
    unused: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map(({ frames, target, held, unused }): GuestLoad => ({
    frames,
    target: Math.floor(target * frames),
    held: Math.floor(held * frames),
    unused: unused === undefined ? undefined : Math.floor(unused * frames),
  }));
const anyGuests = fc.array(anyLoad, { maxLength: 8 });
const anyBudget = fc.integer({ min: 0, max: 20_000 });

describe("a plan", () => {
  test("leaves guests alone that fit and have what they need", () => {
    expect(planTargets([load(800, 1000), load(500, 600)], 2000)).toEqual([800, 500]);
  });

  test("takes what is over the budget from those that can spare it, in proportion", () => {
    expect(planTargets([load(0, 1200), load(0, 700), load(0, 250)], 4800 - 310)).toEqual([200, 100, 10]);
  });

  test("leaves everybody half of its reserve, even when the budget stays exceeded", () => {
    expect(planTargets([load(0, 1200), load(0, 150), load(0, 90)], 100)).toEqual([1200 - LOW, 150 - LOW, 0]);
  });

  test("leaves everybody its reserve when others are short", () => {
    expect(planTargets([load(1000, 1200 + 50), load(600, 600)], 1600)).toEqual([1050, 600]);
    expect(planTargets([load(1050, 1200 + 50), load(600, 600)], 1500)).toEqual([1100, 600]);
  });

  test("grants what is free already, up to the reserve", () => {
    const short = load(800, 800 + LOW - 1);
    expect(planTargets([short, load(1000, 1300)], 1400 + 150)).toEqual([800 - RESERVE + LOW - 1, 1000]);
  });

  test("asks others when too little is free, and grants it once they have given", () => {
    const short = load(800, 800);
    expect(planTargets([short, load(400, 1000)], 2000)).toEqual([800, 600]);
    expect(planTargets([short, load(600, 1000, 500)], 2000)).toEqual([700, 600]);
    expect(planTargets([short, load(600, 1000)], 2000)).toEqual([600, 600]);
  });

  test("does not ask again for what is on its way", () => {
    expect(planTargets([load(800, 800), load(600, 1000, 400)], 2000)).toEqual([800, 600]);
  });

  test("lets a guest keep what it took out of its balloon by itself, when it needs it", () => {
    expect(planTargets([load(800, 500, 500)], 1100)[0]).toBe(500);
    expect(planTargets([load(800, 500, 500)], 2000)[0]).toBe(300);
  });

  test("gives back what nobody needs, but not to the last frame", () => {
    expect(planTargets([load(800, 1000)], 1600)).toEqual([100]);
    expect(planTargets([load(800, 1000)], 900)).toEqual([800]);
  });

  test("leaves a guest alone that has said nothing yet", () => {
    expect(planTargets([load(300, undefined), load(0, 1000)], 2400)).toEqual([300, 500]);
    expect(planTargets([load(300, undefined)], 1600)).toEqual([300]);
  });

  test("has targets within guest memory, and never commits more than the budget that was not committed before", () => {
    fc.assert(
      fc.property(anyGuests, anyBudget, (guests, budget) => {
        const targets = planTargets(guests, budget);
        targets.forEach((target, i) => {
          expect(Number.isInteger(target) && target >= 0 && target <= guests[i]!.frames).toBe(true);
        });
        const after = guests.map((guest, i) => ({ ...guest, target: targets[i]! }));
        expect(total(after)).toBeLessThanOrEqual(Math.max(budget, total(guests)));
      }),
    );
  });

  test("asks nobody for the last of its reserve", () => {
    fc.assert(
      fc.property(anyGuests, anyBudget, (guests, budget) => {
        planTargets(guests, budget).forEach((target, i) => {
          const { frames, target: before, unused } = guests[i]!;
          if (target > before) expect(unused! - target).toBeGreaterThanOrEqual(frames / 16);
        });
      }),
    );
  });

  test("comes to rest when the guests do", () => {
    fc.assert(
      fc.property(anyGuests, anyBudget, (guests, budget) => {
        let state = guests;
        const step = (): void => {
          const targets = planTargets(state, budget);
          state = state.map((guest, i) => ({ ...guest, target: targets[i]!, held: targets[i]! }));
        };
        for (let round = 0; round < 12; round++) step();
        const rest = state;
        step();
        expect(state).toEqual(rest);
      }),
    );
  });
});
