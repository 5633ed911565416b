/** A guest has stalled after this many rounds without progress. */
const PATIENCE = 5;
/** Progress means at least this share of what was missing. A guest that gives one frame a round makes no progress. */
const PROGRESS = 1 / 8;

/** Observes whether a guest gives what it is asked for. */
export class Delivery {
  #rounds = 0;
  /** What was in the balloon, and what was missing, when the count of rounds last started from 0. */
  #ballooned = 0;
  #missing = 0;

  /** Call this once a round. Returns how many frames of the target are no longer expected. */
  look(target: number, ballooned: number): number {
    const missing = Math.max(0, target - ballooned);
    const progress = ballooned - this.#ballooned >= PROGRESS * this.#missing;
    if (missing === 0 || progress) {
      this.#rounds = 0;
      this.#ballooned = ballooned;
      this.#missing = missing;
    } else this.#rounds++;
    return this.#rounds >= PATIENCE ? missing : 0;
  }
}
