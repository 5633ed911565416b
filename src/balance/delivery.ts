/** Rounds without progress after which a guest has stalled. */
const PATIENCE = 5;
/** Progress is this share of what was missing: a guest that gives a frame a round does not deliver. */
const PROGRESS = 1 / 8;

/** Watches whether a guest gives what it is asked for. */
export class Delivery {
  #rounds = 0;
  /** What was in the balloon when the rounds were last counted from 0, and what was missing. */
  #ballooned = 0;
  #missing = 0;

  /** Called once a round. Returns how many frames of the target are no longer expected. */
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
