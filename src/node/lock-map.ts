import { readFileSync } from "node:fs";

/**
 * Which frames are locked, and the number of borders between locked and unlocked memory. Every border splits a mapping
 * of the process in two (mlock(2) works on whole mappings), and a process may have only vm.max_map_count mappings. At
 * that limit a process cannot map anything any more, and V8 ends it with "out of memory".
 */
export class LockMap {
  /** Borders of all maps in this process, because they share the limit. */
  static borders = 0;
  readonly #locked: Uint8Array;
  #lockedFrames = 0;
  #borders = 0;

  /** Makes a map with nothing locked. */
  constructor(frames: number) {
    this.#locked = new Uint8Array(frames);
  }

  get frames(): number {
    return this.#locked.length;
  }

  get lockedFrames(): number {
    return this.#lockedFrames;
  }

  isLocked(frame: number): boolean {
    return this.#locked[frame] === 1;
  }

  /** The value that {@link LockMap.borders} would have after {@link set}. */
  bordersAfter(first: number, frames: number, locked: boolean): number {
    const { before, after } = this.#bordersOf(first, frames, locked);
    return LockMap.borders - before + after;
  }

  set(first: number, frames: number, locked: boolean): void {
    const { before, after } = this.#bordersOf(first, frames, locked);
    this.#borders += after - before;
    LockMap.borders += after - before;
    for (let frame = first; frame < first + frames; frame++)
      this.#lockedFrames += Number(locked) - this.#locked[frame]!;
    this.#locked.fill(Number(locked), first, first + frames);
  }

  /** Visits the runs within [first, first + frames) that are locked, or those that are not, in ascending order. */
  forEachRun(
    first: number,
    frames: number,
    locked: boolean,
    visit: (first: number, frames: number) => void,
  ): void {
    const wanted = Number(locked);
    for (let at = first; at < first + frames;) {
      const from = at;
      while (at < first + frames && this.#locked[at] === wanted) at++;
      if (at > from) visit(from, at - from);
      else at++;
    }
  }

  /** Forgets the memory and its borders, because the memory is gone. */
  forget(): void {
    LockMap.borders -= this.#borders;
    this.#borders = 0;
    this.#lockedFrames = 0;
    this.#locked.fill(0);
  }

  /** Borders at the ends of a run and inside it: now, and if all of it were locked or unlocked. */
  #bordersOf(first: number, frames: number, locked: boolean): { before: number; after: number } {
    const end = first + frames;
    const left = this.#stateOf(first - 1);
    const right = this.#stateOf(end);
    let before = left ^ this.#stateOf(first);
    for (let frame = first; frame < end; frame++) before += this.#stateOf(frame) ^ this.#stateOf(frame + 1);
    return { before, after: (left ^ Number(locked)) + (right ^ Number(locked)) };
  }

  /** The state of a frame. The memory around guest memory is not locked. */
  #stateOf(frame: number): number {
    return this.#locked[frame] ?? 0;
  }
}

const MOST_BORDERS = 8192;

/**
 * The default limit on the borders that unlocking may make: 8192, or a quarter of the system's limit on mappings if
 * that is less.
 */
export function defaultBorderLimit(): number {
  const mappings = Number(readFileSync("/proc/sys/vm/max_map_count", "utf8"));
  return Math.min(MOST_BORDERS, Math.floor(mappings / 4));
}
