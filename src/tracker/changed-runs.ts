import type { EngineMemory } from "./engine-memory.ts";
import { RUN_COUNT } from "./engine.ts";
import { Runs } from "./runs.ts";

/** The run area has no runs of the last call. */
const NOTHING = 0;
/** The run area has the runs of the last call as they were found. */
const FOUND = 1;
/** The run area has the runs of the last call in ascending order. */
const ORDERED = 2;
/** The last call was about a single frame, and has not used the run area. */
const FRAME = 3;

type Area = typeof NOTHING | typeof FOUND | typeof ORDERED | typeof FRAME;

/**
 * The runs that a tracker's last call changed. They are sorted and copied out of the run area only on request, because
 * sorting the runs of a random batch takes ten times as long as the batch.
 */
export class ChangedRuns {
  readonly #memory: EngineMemory;
  #area: Area = NOTHING;
  #copy: Runs | undefined;
  /** The single frame of the last call, and whether it changed: 1 or 0. */
  #frame = 0;
  #frames = 0;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    memory.keepRuns = () => {
      if (this.#area !== NOTHING) this.copy();
    };
  }

  /** The last call left no runs. */
  none(): void {
    this.#area = NOTHING;
    this.#copy = undefined;
  }

  /** The runs are in the run area, unsorted. */
  found(): void {
    this.#area = FOUND;
    this.#copy = undefined;
  }

  /** The only run is `frames` frames at `frame`: one, or none. */
  isFrame(frame: number, frames: number): void {
    this.#area = FRAME;
    this.#copy = undefined;
    this.#frame = frame;
    this.#frames = frames;
  }

  /** The runs are in the run area, sorted. */
  ordered(): void {
    this.#area = ORDERED;
    this.#copy = undefined;
  }

  /** The runs are `runs`, because they did not fit in the run area. */
  are(runs: Runs): void {
    this.#area = NOTHING;
    this.#copy = runs;
  }

  /** Copies the runs to `target`. */
  copyTo(target: Runs): Runs {
    if (this.#area === FRAME) return target.setFrames(this.#frame, this.#frames);
    if (this.#copy !== undefined) return this.#copy.copyTo(target);
    return this.#area === NOTHING ? target.clear() : this.#copyArea(target);
  }

  #copyArea(target: Runs): Runs {
    const { runs, results } = this.#memory.views;
    // The batches of a fresh guest have one run.
    if (this.#area === FOUND && results[RUN_COUNT]! > 1) this.#memory.engine.arrangeRuns();
    this.#area = ORDERED;
    return target.assign(runs, results[RUN_COUNT]!);
  }

  /** A copy that is made only once. */
  copy(): Runs {
    this.#memory.checkLive();
    return (this.#copy ??= this.copyTo(new Runs()));
  }
}
