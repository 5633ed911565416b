import type { DeflateResult, LockFailureAction } from "../../src/lock/index.ts";
import type { Trouble } from "./flaky-host.ts";

export type FrameState =
  /** the guest's, and locked, as it should be */
  | "guest-locked"
  /** ballooned and unlocked, as it should be */
  | "released"
  /** ballooned, but its unlock failed */
  | "ballooned-but-locked"
  /** the guest's, but its lock failed */
  | "guest-but-unlocked";

export type Run = readonly [first: number, frames: number];

/** What happens to every frame, one by one: the model that a LockPolicy is compared with. */
export class FrameModel {
  readonly states: FrameState[];

  constructor(frames: number) {
    this.states = Array.from({ length: frames }, () => "guest-locked");
  }

  framesIn(...states: FrameState[]): number[] {
    return [...this.states.keys()].filter((frame) => states.includes(this.states[frame]!));
  }

  get ballooned(): number[] {
    return this.framesIn("released", "ballooned-but-locked");
  }

  inflate(runs: readonly Run[], trouble: Trouble): void {
    for (const run of runs) {
      this.#unlock(run, trouble);
      for (const frame of framesOf(run)) {
        if (this.states[frame] === "guest-but-unlocked") this.states[frame] = "released";
      }
    }
    this.retry(trouble);
  }

  deflate(runs: readonly Run[], trouble: Trouble, onFailure: () => LockFailureAction): DeflateResult {
    const done: Run[] = [];
    const owed: Run[] = [];
    for (const run of runs) {
      for (const part of this.#partsIn(run, "released")) {
        if (!touches(part, trouble.lock)) {
          this.#set(part, "guest-locked");
          done.push(part);
          continue;
        }
        const action = onFailure();
        if (action !== "degrade") {
          for (const locked of done) this.#unlock(locked, trouble);
          return action;
        }
        owed.push(part);
      }
    }
    for (const part of owed) this.#set(part, "guest-but-unlocked");
    for (const run of runs) {
      for (const part of this.#partsIn(run, "ballooned-but-locked")) this.#set(part, "guest-locked");
    }
    return "acknowledge";
  }

  /** Locks whole runs of owed frames, ascending, until one fails, and 32 of them at most. */
  retry(trouble: Trouble): void {
    const owed = this.#partsIn([0, this.states.length], "guest-but-unlocked");
    for (const part of owed.slice(0, 32)) {
      if (touches(part, trouble.lock)) return;
      this.#set(part, "guest-locked");
    }
  }

  /** Free pages of the guest, unlocked during a discard. Returns whether the device may go on. */
  free(runs: readonly Run[], trouble: Trouble, onFailure: () => LockFailureAction): boolean {
    let goOn = true;
    for (const run of runs) {
      for (const part of this.#partsIn(run, "guest-locked")) {
        if (touches(part, trouble.unlock) || !touches(part, trouble.lock)) continue;
        this.#set(part, "guest-but-unlocked");
        if (onFailure() !== "degrade") goOn = false;
      }
    }
    return goOn;
  }

  reset(trouble: Trouble): void {
    for (const part of this.#partsIn([0, this.states.length], "released")) {
      this.#set(part, touches(part, trouble.lock) ? "guest-but-unlocked" : "guest-locked");
    }
    for (const frame of this.framesIn("ballooned-but-locked")) this.states[frame] = "guest-locked";
  }

  #unlock(run: Run, trouble: Trouble): void {
    for (const part of this.#partsIn(run, "guest-locked")) {
      this.#set(part, touches(part, trouble.unlock) ? "ballooned-but-locked" : "released");
    }
  }

  #set(run: Run, state: FrameState): void {
    for (const frame of framesOf(run)) this.states[frame] = state;
  }

  /** The maximal parts of a run whose frames are all in `state`. */
  #partsIn(run: Run, state: FrameState): Run[] {
    return runsOf(framesOf(run).filter((frame) => this.states[frame] === state));
  }
}

export function framesOf([first, frames]: Run): number[] {
  return Array.from({ length: frames }, (_, i) => first + i);
}

/** The maximal runs of ascending frames. */
export function runsOf(frames: readonly number[]): Run[] {
  const runs: [number, number][] = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === frame) last[1]++;
    else runs.push([frame, 1]);
  }
  return runs;
}

/** The whole frames of each range; overlapping ranges become one. */
export function wholeFrames(ranges: readonly (readonly [address: number, bytes: number])[]): number[][] {
  const wholes = ranges
    .map(([address, bytes]) => [Math.ceil(address / 4096), Math.floor((address + bytes) / 4096)] as const)
    .filter(([first, end]) => end > first);
  const sorted = wholes.toSorted(([a], [b]) => a - b);
  const parts: number[][] = [];
  for (const [first, end] of sorted) {
    const last = parts.at(-1);
    const from = last !== undefined && first <= last.at(-1)! ? last.at(-1)! + 1 : first;
    const frames = Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
    if (from === first) parts.push(frames);
    else last!.push(...frames);
  }
  if (parts.length < wholes.length) return parts;
  return wholes.map(([first, end]) => Array.from({ length: end - first }, (_, i) => first + i));
}

function touches(run: Run, frames: ReadonlySet<number>): boolean {
  return framesOf(run).some((frame) => frames.has(frame));
}
