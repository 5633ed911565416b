import fc from "fast-check";
import type { Model } from "./model.ts";
import type { Real } from "./real.ts";

/** What all commands of a run share. */
export interface Run {
  /** Whether a restored copy replaces the device after every command. */
  readonly restoreAlways: boolean;
  /** How often each thing was done, or was the case when the device was saved. */
  readonly reached: Map<string, number>;
}

/** One kind of command, how often it comes, and the run that it is for. */
export type CommandKind = (run: Run) => fc.WeightedArbitrary<fc.Command<Model, Real>>;

/**
 * Something that a driver or a host does to both the device and the model, which are compared afterwards.
 * @param check whether a driver or host would do it now
 */
export function commandKind<Value>(
  weight: number,
  name: string,
  value: fc.Arbitrary<Value>,
  act: (model: Model, real: Real, value: Value) => void,
  check: (model: Readonly<Model>, value: Value) => boolean = () => true,
): CommandKind {
  return (run) => ({
    weight,
    arbitrary: value.map((value) => ({
      check: (model) => check(model, value),
      run: (model, real) => {
        count(run.reached, name);
        act(model, real, value);
        if (run.restoreAlways) saveAndRestore(model, real, run.reached);
        real.expectSame(model);
        model.looked();
      },
      toString: () => (value === undefined ? name : `${name}(${fc.stringify(value)})`),
    })),
  });
}

/** Restores at random, for runs that do not restore after every command. */
export const restoring: CommandKind = (run) =>
  commandKind(run.restoreAlways ? 0 : 4, "save-and-restore", fc.constant(undefined), (model, real) => {
    saveAndRestore(model, real, run.reached);
  })(run);

function saveAndRestore(model: Model, real: Real, reached: Map<string, number>): void {
  for (const state of model.notable) count(reached, `saved: ${state}`);
  real.saveAndRestore();
  model.restored();
}

function count(reached: Map<string, number>, what: string): void {
  reached.set(what, (reached.get(what) ?? 0) + 1);
}
