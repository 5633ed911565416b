import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { restoring } from "./commands/command.ts";
import type { Run } from "./commands/command.ts";
import { bringUp, driverCommands } from "./commands/driver-commands.ts";
import { hostCommands, setMood } from "./commands/host-commands.ts";
import { Model } from "./commands/model.ts";
import { Real } from "./commands/real.ts";
import { choices, moods, setups } from "./commands/setup.ts";
import { modelOf } from "./internals.ts";

const SEED = 20120907;

/** Runs the commands. Returns how often the runs met each situation. */
function runAll(restoreAlways: boolean, numRuns: number): ReadonlyMap<string, number> {
  const run: Run = { restoreAlways, reached: new Map() };
  const kinds = [...driverCommands, ...hostCommands, restoring].map((kind) => kind(run));
  const sequences = fc.commands([fc.oneof(...kinds)], { maxCommands: 60, size: "max" });
  fc.assert(
    fc.property(setups, choices, moods, sequences, (setup, choice, mood, sequence) => {
      fc.modelRun(() => {
        const real = new Real(setup);
        const model = new Model(setup, modelOf(real.machine.device).offeredFeatures);
        bringUp(model, real, choice);
        setMood(model, real, mood);
        return { model, real };
      }, sequence);
    }),
    { numRuns, seed: SEED },
  );
  return run.reached;
}

/** Runs that never meet the situations in which things go wrong prove nothing. */
function expectReached(times: ReadonlyMap<string, number>): void {
  const rare = REACHED.filter((what) => (times.get(what) ?? 0) < 10);
  expect(rare).toEqual([]);
}

const REACHED: readonly string[] = [
  "clock",
  "hint-pages",
  "report",
  "reset-queue",
  "saved: a device that needs a reset",
  "saved: a driver that sets up",
  "saved: a run of hints",
  "saved: a statistics buffer",
  "saved: a target",
  "saved: a withheld deflate",
  "saved: deflates behind it",
  "saved: owed locks",
  "saved: pages kept locked",
];

describe("a device does what the model does, whatever a driver and a host do", () => {
  test("with a save and a restore now and then", () => {
    expectReached(runAll(false, 400));
  });

  test("with a restore to another device after every step", () => {
    expectReached(runAll(true, 200));
  });
});
