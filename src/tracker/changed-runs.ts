import type { EngineMemory } from "./engine-memory.ts";
import { RUN_COUNT } from "./engine.ts";
import { Runs } from "./runs.ts";

/** Where the runs of the last call are. */
type Place =
  | "nowhere"
  /** In the run area, as they were found. Put in order only when asked for: sorting the runs of a random batch takes ten times as long as the batch. */
  | "found"
  /** In the run area, in ascending order. */
  | "ordered"
  /** In a list of their own, since there are more than the run area holds. */
  | "apart";

/** The runs that a tracker's last call changed. Copied out of the run area when they are asked for. */
export class ChangedRuns {
  #place: Place = "nowhere";
  #apart: Runs = new Runs();
  #copy: Runs | undefined;

  /** There are none. */
  none(): void {
    this.#set("nowhere");
  }

  /** They are in the run area, in no order. */
  found(): void {
    this.#set("found");
  }

  /** They are in the run area, in order. */
  ordered(): void {
    this.#set("ordered");
  }

  /** They are `runs`. */
  apart(runs: Runs): void {
    this.#set("apart");
    this.#apart = runs;
  }

  /** Copies them into `target`. */
  copyTo(target: Runs, memory: EngineMemory): Runs {
    if (this.#place === "nowhere") return target.clear();
    if (this.#place === "apart") return target.assign(this.#apart.toArray(), this.#apart.length);
    const { runs, results } = memory.views;
    // A fresh guest gives one run a batch.
    if (this.#place === "found" && results[RUN_COUNT]! > 1) memory.engine.arrangeRuns();
    this.#place = "ordered";
    return target.assign(runs, results[RUN_COUNT]!);
  }

  /** A copy that is made once. */
  copy(memory: EngineMemory): Runs {
    return (this.#copy ??= this.copyTo(new Runs(), memory));
  }

  #set(place: Place): void {
    this.#place = place;
    this.#copy = undefined;
  }
}
