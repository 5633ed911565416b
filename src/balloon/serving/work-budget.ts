import { MAX_BATCH } from "../../tracker/index.ts";

/** Frames of free pages: 128 MiB, which is what one chain of Linux's reports names at most. */
const MOST_DISCARDS = 32_768;
/** As many as a queue of 128 chains has where each is two tables long. */
const MOST_DESCRIPTORS = 32_768;

/**
 * What one notification may cost: guests choose how many chains they make available, and what is in them. A new budget
 * begins with each notification, and with each turn of the timer that serves what was left over.
 */
export class WorkBudget {
  readonly #mostDiscards: number;
  #pfns = 0;
  #descriptors = 0;
  #discards = 0;

  /** @param frames guest memory: hints and reports that name it more than once are not worth more */
  constructor(frames: number) {
    this.#mostDiscards = Math.min(frames, MOST_DISCARDS);
  }

  begin(): void {
    this.#pfns = MAX_BATCH;
    this.#descriptors = MOST_DESCRIPTORS;
    this.#discards = this.#mostDiscards;
  }

  /** Whether a batch of `pfns` PFNs, MAX_BATCH at most, can still be applied. */
  takePfns(pfns: number): boolean {
    if (pfns > this.#pfns) return false;
    this.#pfns -= pfns;
    return true;
  }

  /** Whether a chain of so many descriptors can still be taken. */
  takeDescriptors(descriptors: number): boolean {
    if (descriptors > this.#descriptors) return false;
    this.#descriptors -= descriptors;
    return true;
  }

  /** How many of `frames` free frames of a chain can still be discarded: all, none, or as many as one chain may have. */
  takeDiscards(frames: number): number {
    const whole = frames <= this.#discards;
    const taken = whole || this.#discards === this.#mostDiscards ? Math.min(frames, this.#discards) : 0;
    this.#discards -= taken;
    return taken;
  }
}
