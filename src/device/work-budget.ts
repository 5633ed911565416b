import { MAX_BATCH } from "../tracker/index.ts";

/**
 * What one notification may cost: guests choose how many chains they make available, and what is in them. It is used up
 * between chains, never within one, and a new one begins with the next notification or the next turn of the timer.
 */
export class WorkBudget {
  readonly #frames: number;
  #pfns = 0;
  #discards = 0;

  /** @param frames guest memory */
  constructor(frames: number) {
    this.#frames = frames;
  }

  begin(): void {
    this.#pfns = MAX_BATCH;
    this.#discards = this.#frames;
  }

  /** Whether a batch of `pfns` PFNs, MAX_BATCH at most, can still be applied. */
  takePfns(pfns: number): boolean {
    if (pfns > this.#pfns) return false;
    this.#pfns -= pfns;
    return true;
  }

  /** Whether `frames` free frames, at most guest memory, can still be discarded. */
  takeDiscards(frames: number): boolean {
    if (frames > this.#discards) return false;
    this.#discards -= frames;
    return true;
  }
}
