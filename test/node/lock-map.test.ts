import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { LockMap } from "../../src/node/lock-map.ts";

const FRAMES = 24;

const maps: LockMap[] = [];
function lockMap(): LockMap {
  const map = new LockMap(FRAMES);
  maps.push(map);
  return map;
}

afterEach(() => {
  for (const map of maps.splice(0)) map.forget();
});

const change = fc
  .record({ first: fc.nat(FRAMES - 1), frames: fc.integer({ min: 1, max: FRAMES }), locked: fc.boolean() })
  .map(({ first, frames, locked }) => ({ first, frames: Math.min(frames, FRAMES - first), locked }));

/** Counts changes from one state to the next, with unlocked memory on either side. */
function bordersOf(states: readonly boolean[]): number {
  const padded = [false, ...states, false];
  return padded.filter((state, i) => i > 0 && state !== padded[i - 1]).length;
}

describe("the map of locked frames", () => {
  test("counts frames and borders as a list of booleans does", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const map = new LockMap(FRAMES);
        const model = new Array<boolean>(FRAMES).fill(false);
        for (const { first, frames, locked } of changes) {
          model.fill(locked, first, first + frames);
          expect(map.bordersAfter(first, frames, locked)).toBe(bordersOf(model));
          map.set(first, frames, locked);
          expect(LockMap.borders).toBe(bordersOf(model));
        }
        expect(map.lockedFrames).toBe(model.filter(Boolean).length);
        expect(model.map((_, frame) => map.isLocked(frame))).toEqual(model);
        map.forget();
        expect(LockMap.borders).toBe(0);
      }),
    );
  });

  test("adds up the borders of all maps, until they are removed", () => {
    const [one, other] = [lockMap(), lockMap()];
    one.set(0, FRAMES, true);
    other.set(3, 2, true);
    expect(LockMap.borders).toBe(4);
    one.forget();
    expect([LockMap.borders, one.lockedFrames]).toEqual([2, 0]);
  });

  test("visits the runs of either kind within a range", () => {
    const map = lockMap();
    map.set(2, 3, true);
    map.set(8, 4, true);
    const runs = (locked: boolean): number[][] => {
      const seen: number[][] = [];
      map.forEachRun(3, 7, locked, (first, frames) => seen.push([first, frames]));
      return seen;
    };
    expect(runs(true)).toEqual([
      [3, 2],
      [8, 2],
    ]);
    expect(runs(false)).toEqual([[5, 3]]);
  });
});
