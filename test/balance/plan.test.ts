import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GuestLoad } from "../../src/balance/index.ts";
import { committed, plan, planTargets } from "../../src/balance/plan.ts";

const FRAMES = 1600;
/** A 16th and an 8th of the guest's memory. */
const LOW = 100;
const RESERVE = 200;

/** A guest of 1600 frames. Its balloon is at the target unless a test says otherwise. */
function load(target: number, unused: number | undefined, ballooned: number = target): GuestLoad {
  return { frames: FRAMES, target, ballooned, unused };
}

function total(guests: readonly GuestLoad[]): number {
  return guests.reduce((sum, guest) => sum + committed(guest), 0);
}

const anyLoad = fc
  .record({
    frames: fc.integer({ min: 16, max: 4096 }),
    target: fc.double({ min: 0, max: 1, noNaN: true }),
    ballooned: fc.double({ min: 0, max: 1, noNaN: true }),
    unused: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  })
  .map(({ frames, target, ballooned, unused }): GuestLoad => ({
    frames,
    target: Math.floor(target * frames),
    ballooned: Math.floor(ballooned * frames),
    unused: unused === undefined ? undefined : Math.floor(unused * frames),
  }));
const anyGuests = fc.array(anyLoad, { maxLength: 8 });
const anyBudget = fc.integer({ min: 0, max: 20_000 });

describe("a plan", () => {
  test("leaves guests alone that fit and have what they need", () => {
    expect(planTargets([load(800, 1000), load(500, 600)], 2000)).toEqual([800, 500]);
  });

  test("takes the excess over the budget from guests that can spare it, in proportion", () => {
    expect(planTargets([load(0, 1200), load(0, 700), load(0, 250)], 4800 - 310)).toEqual([200, 100, 10]);
  });

  test("leaves every guest half of its reserve, even when the budget stays exceeded", () => {
    expect(planTargets([load(0, 1200), load(0, 150), load(0, 90)], 100)).toEqual([1200 - LOW, 150 - LOW, 0]);
  });

  test("leaves every guest its reserve when others are short", () => {
    expect(planTargets([load(1000, 1200 + 50), load(600, 600)], 1600)).toEqual([1050, 600]);
    expect(planTargets([load(1050, 1200 + 50), load(600, 600)], 1500)).toEqual([1100, 600]);
  });

  test("grants what is already free, up to the reserve", () => {
    const short = load(800, 800 + LOW - 1);
    expect(planTargets([short, load(1000, 1300)], 1400 + 150)).toEqual([800 - RESERVE + LOW - 1, 1000]);
  });

  test("asks others when too little is free, and grants it once they have given", () => {
    const short = load(800, 800);
    expect(planTargets([short, load(400, 1000)], 2000)).toEqual([800, 600]);
    expect(planTargets([short, load(600, 1000, 500)], 2000)).toEqual([700, 600]);
    expect(planTargets([short, load(600, 1000)], 2000)).toEqual([600, 600]);
  });

  test("does not ask again for memory that is on its way", () => {
    expect(planTargets([load(800, 800), load(600, 1000, 400)], 2000)).toEqual([800, 600]);
  });

  test("lets a guest keep what it took out of its balloon by itself, if it needs it", () => {
    expect(planTargets([load(800, 500, 500)], 1100)[0]).toBe(500);
    expect(planTargets([load(800, 500, 500)], 2000)[0]).toBe(300);
  });

  test("gives back what no guest needs, but not to the last frame", () => {
    expect(planTargets([load(800, 1000)], 1600)).toEqual([100]);
    expect(planTargets([load(800, 1000)], 900)).toEqual([800]);
  });

  test("leaves a guest alone that has sent no statistics yet", () => {
    expect(planTargets([load(300, undefined), load(0, 1000)], 2400)).toEqual([300, 500]);
    expect(planTargets([load(300, undefined)], 1600)).toEqual([300]);
  });

  test("keeps targets within guest memory, and commits no more than was committed or fits the budget", () => {
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

  test("asks no guest for the last of its reserve", () => {
    fc.assert(
      fc.property(anyGuests, anyBudget, (guests, budget) => {
        planTargets(guests, budget).forEach((target, i) => {
          const { frames, target: before, unused } = guests[i]!;
          if (target > before) expect(unused! - target).toBeGreaterThanOrEqual(frames / 16);
        });
      }),
    );
  });

  test("settles when the guests settle", () => {
    fc.assert(
      fc.property(anyGuests, anyBudget, (guests, budget) => {
        let state = guests;
        const step = (): void => {
          const targets = planTargets(state, budget);
          state = state.map((guest, i) => ({ ...guest, target: targets[i]!, balloonedFrames: targets[i]! }));
        };
        for (let round = 0; round < 12; round++) step();
        const rest = state;
        step();
        expect(state).toEqual(rest);
      }),
    );
  });
});

/** Any number that a guest, or a broken device, may produce. */
const anyNumber = fc.oneof(
  fc.integer({ min: -16, max: 5000 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -1, NaN, Infinity, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64),
);
const anyHostileLoad = fc.record(
  {
    frames: anyNumber,
    target: anyNumber,
    ballooned: anyNumber,
    unused: fc.option(anyNumber, { nil: undefined }),
    minimum: anyNumber,
    weight: anyNumber,
    stalled: anyNumber,
    lent: anyNumber,
  },
  { requiredKeys: ["frames", "target", "ballooned", "unused"] },
);
const anyHostileGuests = fc.array(anyHostileLoad, { maxLength: 6 });
const anyHostileBudget = fc.oneof(
  anyBudget,
  fc.constantFrom(0, 2 ** 32, 2 ** 53, Infinity),
  fc.integer({ min: 0 }),
);

function within(value: number | undefined, most: number): number {
  return value !== undefined && value > 0 ? Math.min(Math.trunc(value), most) : 0;
}

describe("a plan for impossible loads", () => {
  test("leaves every guest its minimum and a 16th", () => {
    fc.assert(
      fc.property(anyHostileGuests, anyHostileBudget, (guests, budget) => {
        plan(guests, budget).forEach(({ target, lent }, i) => {
          const frames = within(guests[i]!.frames, 2 ** 32 - 1);
          const kept = Math.max(Math.ceil(frames / 16), within(guests[i]!.minimum, frames));
          expect([target, lent].every((value) => Number.isInteger(value))).toBe(true);
          expect(lent).toBeGreaterThanOrEqual(0);
          expect(target).toBeGreaterThanOrEqual(lent);
          expect(frames - target).toBeGreaterThanOrEqual(kept);
        });
      }),
    );
  });

  test("commits no more than the budget, or what is committed and must be kept", () => {
    fc.assert(
      fc.property(anyHostileGuests, anyHostileBudget, (guests, budget) => {
        const after = guests.map((guest, i) => ({ ...guest, target: planTargets(guests, budget)[i]! }));
        expect(total(after)).toBeLessThanOrEqual(Math.max(budget, total(guests)));
      }),
    );
  });

  test("refuses a budget that is not a number", () => {
    expect(() => planTargets([], NaN)).toThrow(RangeError);
  });
});

describe("weights", () => {
  const anyWeight = fc.double({ min: 0.001, max: 1000, noNaN: true });
  const anyWeighted = fc.array(
    fc.tuple(anyLoad, anyWeight).map(([guest, weight]) => ({ ...guest, weight })),
    { minLength: 1, maxLength: 6 },
  );

  test("give the guest with the larger weight no less, if two guests are otherwise alike", () => {
    fc.assert(
      fc.property(anyWeighted, anyWeight, anyBudget, (guests, weight, budget) => {
        const twins = [...guests, { ...guests[0]!, weight }];
        const targets = planTargets(twins, budget);
        const [heavy, light] = weight > guests[0]!.weight ? [guests.length, 0] : [0, guests.length];
        expect(targets[heavy]).toBeLessThanOrEqual(targets[light]!);
      }),
    );
  });

  test("give a guest no less when its weight grows, apart from rounding", () => {
    fc.assert(
      fc.property(
        anyWeighted,
        fc.double({ min: 1, max: 100, noNaN: true }),
        anyBudget,
        (guests, by, budget) => {
          const more = guests.map((guest, i) => (i === 0 ? { ...guest, weight: guest.weight * by } : guest));
          expect(planTargets(more, budget)[0]).toBeLessThanOrEqual(
            planTargets(guests, budget)[0]! + guests.length,
          );
        },
      ),
    );
  });

  test("divide both requests, up to what each guest can spare, and grants", () => {
    const guest = (target: number, unused: number, weight: number): GuestLoad => ({
      ...load(target, unused),
      weight,
    });
    expect(planTargets([guest(0, 1200, 1), guest(0, 1200, 4)], 3200 - 500)).toEqual([400, 100]);
    expect(planTargets([guest(0, 500, 1), guest(0, 1200, 4)], 3200 - 900)).toEqual([300, 600]);
    expect(planTargets([guest(800, 800, 1), guest(800, 800, 3)], 1600 + 200)).toEqual([750, 650]);
  });
});

describe("a plan with guests that do not deliver", () => {
  const stalled = (frames: number, ballooned: number): GuestLoad => ({
    ...load(400, 1000, ballooned),
    stalled: frames,
  });

  test("expects them to at first, then asks others for what is missing", () => {
    expect(plan([stalled(0, 100), load(400, 1000)], 2400)).toEqual([
      { target: 400, lent: 0 },
      { target: 400, lent: 0 },
    ]);
    expect(plan([stalled(300, 100), load(400, 1000)], 2400)).toEqual([
      { target: 400, lent: 0 },
      { target: 700, lent: 300 },
    ]);
  });

  test("asks for the missing memory only once, and for less when others have given", () => {
    const other = { ...load(700, 1300), lent: 300 };
    expect(plan([stalled(300, 100), other], 2400)[1]).toEqual({ target: 700, lent: 300 });
    expect(plan([stalled(300, 100), load(400, 1000)], 2600)[1]!.lent).toBe(100);
  });

  test("gives back as much as is delivered", () => {
    const other = { ...load(700, 1300), lent: 300 };
    expect(plan([stalled(200, 200), other], 2400)[1]).toEqual({ target: 600, lent: 200 });
    expect(plan([stalled(0, 400), other], 2400)[1]).toEqual({ target: 400, lent: 0 });
  });

  test("gives back nothing that is not free", () => {
    const other = { ...load(700, 1300), lent: 300 };
    expect(plan([stalled(0, 100), other], 2400)[1]).toEqual({ target: 700, lent: 300 });
  });
});
