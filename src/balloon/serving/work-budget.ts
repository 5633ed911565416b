import { MAX_BATCH } from "../../tracker/index.ts";

/** Frames of free pages: 128 MiB, the most that one chain of a Linux report names. */
const MOST_DISCARDS = 32_768;
/** As many descriptors as a queue of 128 chains has if each chain is two tables long. */
const MOST_DESCRIPTORS = 32_768;

/**
 * The work that one notification may cause. Guests choose how many chains they make available and what is in them. Each
 * notification gets a new budget, and so does each turn of the timer that serves the backlog.
 */
export class WorkBudget {
  readonly #mostDiscards: number;
  #pfns = 0;
  #descriptors = 0;
  #discards = 0;

  /** @param frames size of guest memory; naming it more than once in hints and reports does not raise the limit */
  constructor(frames: number) {
    this.#mostDiscards = Math.min(frames, MOST_DISCARDS);
  }

  begin(): void {
    this.#pfns = MAX_BATCH;
    this.#descriptors = MOST_DESCRIPTORS;
    this.#discards = this.#mostDiscards;
  }

  /** Whether a chain with this many descriptors, and PFNs, at most MAX_BATCH, still fits the budget. */
  takeChain(descriptors: number, pfns: number): boolean {
    if (descriptors > this.#descriptors || pfns > this.#pfns) return false;
    this.#descriptors -= descriptors;
    this.#pfns -= pfns;
    return true;
  }

  /** How many of a chain's `frames` free frames still fit the budget: all, none, or the limit for one chain. */
  takeDiscards(frames: number): number {
    const whole = frames <= this.#discards;
    const taken = whole || this.#discards === this.#mostDiscards ? Math.min(frames, this.#discards) : 0;
    this.#discards -= taken;
    return taken;
  }
}
