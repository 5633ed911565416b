import type { EngineMemory } from "./engine-memory.ts";
import { RUN_COUNT } from "./engine.ts";
import { Runs } from "./runs.ts";

/** What the run area holds of the last call: nothing. */
const NOTHING = 0;
/** Its runs as they were found. */
const FOUND = 1;
/** Its runs in ascending order. */
const ORDERED = 2;

type Area = typeof NOTHING | typeof FOUND | typeof ORDERED;

/**
 * The runs that a tracker's last call changed. They are put in order and copied out of the run area only when they are
 * asked for: sorting the runs of a random batch takes ten times as long as the batch.
 */
export class ChangedRuns {
  readonly #memory: EngineMemory;
  #area: Area = NOTHING;
  #copy: Runs | undefined;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    memory.keepRuns = () => {
      if (this.#area !== NOTHING) this.copy();
    };
  }

  /** There are none. */
  none(): void {
    this.#area = NOTHING;
    this.#copy = undefined;
  }

  /** They are in the run area, in no order. */
  found(): void {
    this.#area = FOUND;
    this.#copy = undefined;
  }

  /** They are in the run area, in order. */
  ordered(): void {
    this.#area = ORDERED;
    this.#copy = undefined;
  }

  /** They are `runs`, which were too many for the run area. */
  are(runs: Runs): void {
    this.#area = NOTHING;
    this.#copy = runs;
  }

  /** Copies them into `target`. */
  copyTo(target: Runs): Runs {
    const { runs, results } = this.#memory.views;
    if (this.#copy !== undefined) return this.#copy.copyTo(target);
    if (this.#area === NOTHING) return target.clear();
    // A fresh guest gives one run a batch.
    if (this.#area === FOUND && results[RUN_COUNT]! > 1) this.#memory.engine.arrangeRuns();
    this.#area = ORDERED;
    return target.assign(runs, results[RUN_COUNT]!);
  }

  /** A copy that is made once. */
  copy(): Runs {
    this.#memory.checkLive();
    return (this.#copy ??= this.copyTo(new Runs()));
  }
}
