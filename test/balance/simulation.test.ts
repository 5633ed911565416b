import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { planTargets } from "../../src/balance/index.ts";
import type { GuestLoad } from "../../src/balance/index.ts";

/** How much memory a Linux guest reported as available while it worked, in frames; recorded by record.mjs. */
const recording = JSON.parse(readFileSync(new URL("stats.json", import.meta.url), "utf8")) as {
  frames: number;
  available: number[];
};
const ROUNDS = recording.available.length;
/** Frames a guest moves in a round; Linux moves more in half a second. */
const FRAMES_PER_ROUND = 8192;

/** A guest that repeats the recording, `shift` samples later, with a balloon that it did not have then. */
class RecordedGuest {
  readonly #shift: number;
  target = 0;
  ballooned = 0;
  /** The balloon as the balancer knows it: from the round before. */
  #unused: number | undefined;
  /** Frames that the guest had to take out of its balloon by itself. */
  outOfMemory = 0;
  moves = 0;

  constructor(shift: number) {
    this.#shift = shift;
  }

  get load(): GuestLoad {
    return { frames: recording.frames, target: this.target, ballooned: this.ballooned, unused: this.#unused };
  }

  live(round: number): void {
    const unused = recording.available[(round + this.#shift) % ROUNDS]!;
    const wanted = Math.min(this.target, unused);
    this.outOfMemory += Math.max(0, this.ballooned - unused);
    this.ballooned = Math.min(
      this.ballooned + FRAMES_PER_ROUND,
      Math.max(wanted, this.ballooned - FRAMES_PER_ROUND),
    );
    this.ballooned = Math.min(this.ballooned, unused);
    this.#unused = unused;
  }

  move(target: number): void {
    if (target !== this.target) this.moves++;
    this.target = target;
  }
}

interface Outcome {
  /** Rounds in which the guests used more than the budget, without the first few, when there is no balloon yet. */
  readonly over: number;
  /** Rounds in which no plan could have kept them under the budget. */
  readonly impossible: number;
  readonly outOfMemory: number;
  /** How many targets changed. */
  readonly moves: number;
}

function simulate(budget: number, shifts: readonly number[]): Outcome {
  const guests = shifts.map((shift) => new RecordedGuest(shift));
  const outcome = { over: 0, impossible: 0 };
  for (let round = 0; round < 2 * ROUNDS; round++) {
    for (const guest of guests) guest.live(round);
    const loads = guests.map(({ load }) => load);
    const use = sum(loads.map(({ frames, ballooned }) => frames - ballooned));
    const least = sum(loads.map(({ frames, unused }) => frames - unused! + frames / 16));
    if (round >= 5 && use > budget) outcome.over++;
    if (round >= 5 && least > budget) outcome.impossible++;
    planTargets(loads, budget).forEach((target, i) => {
      guests[i]!.move(target);
    });
  }
  const outOfMemory = sum(guests.map((guest) => guest.outOfMemory));
  return { ...outcome, outOfMemory, moves: sum(guests.map(({ moves }) => moves)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const SHIFTS = [0, 20, 40];
const FRAMES_PER_MIB = 256;

/** Each guest writes 48 MiB within a second and a half, twice. So some rounds come too late for part of it. */
describe(`three guests of 128 MiB that repeat a recorded load for ${2 * ROUNDS} rounds`, () => {
  test("never exceed 320 MiB, never run out of memory, and hardly ever move", () => {
    const { over, outOfMemory, moves } = simulate(320 * FRAMES_PER_MIB, SHIFTS);
    expect({ over, outOfMemory }).toEqual({ over: 0, outOfMemory: 0 });
    expect(moves).toBeLessThanOrEqual(10);
  });

  test("exceed 280 MiB for a round or two after each sudden start", () => {
    const { over, impossible, moves } = simulate(280 * FRAMES_PER_MIB, SHIFTS);
    expect(impossible).toBe(0);
    expect(over).toBeLessThanOrEqual(8);
    expect(moves).toBeLessThanOrEqual(40);
  });

  test("exceed 240 MiB, which is too little at times, hardly longer than they must", () => {
    const { over, impossible, moves } = simulate(240 * FRAMES_PER_MIB, SHIFTS);
    expect(impossible).toBeGreaterThan(0);
    expect(over).toBeLessThanOrEqual(impossible + 8);
    expect(moves).toBeLessThanOrEqual(120);
  });
});
