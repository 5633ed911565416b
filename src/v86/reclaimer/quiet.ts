import type { V86Cpu } from "../v86-like.ts";

/** An idle Linux executes a million instructions for its timers, a busy one hundreds of millions. */
const IDLE_PER_SECOND = 8_000_000;

/** Whether nobody would notice that the guest stands still for a moment: its page is hidden, or it has nothing to do. */
export class Quiet {
  readonly #cpu: () => V86Cpu;
  #last: { readonly instructions: number; readonly at: number } | undefined;

  constructor(cpu: () => V86Cpu) {
    this.#cpu = cpu;
  }

  /** Looks at the machine. The first look says nothing of its work. */
  look(): boolean {
    const last = this.#last;
    const now = { instructions: this.#cpu().instruction_counter[0], at: performance.now() };
    this.#last = now;
    if (isHidden()) return true;
    if (last === undefined) return false;
    // The counter wraps at 2^32.
    const executed = (now.instructions - last.instructions) >>> 0;
    return executed < (IDLE_PER_SECOND * (now.at - last.at)) / 1000;
  }
}

function isHidden(): boolean {
  const { document } = globalThis as { document?: { visibilityState?: string } };
  return document?.visibilityState === "hidden";
}
