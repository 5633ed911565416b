import { describe } from "../options/index.ts";

/**
 * Argument checks of the host API: TypeError for a wrong kind, RangeError for a wrong value.
 */

export function checkUint32(label: string, value: number): void {
  // Check the kind first: a bigint or a symbol cannot be shifted.
  if (typeof value !== "number" || value >>> 0 !== value) refuse(label, value);
}

function refuse(label: string, value: unknown): never {
  if (typeof value !== "number") throw new TypeError(`${label}: expected a number, got ${describe(value)}`);
  throw new RangeError(`${label}: expected an unsigned 32-bit integer, got ${describe(value)}`);
}

/** Checks that frames [first, first + frames) lie in [0, limit). */
export function checkRange(first: number, frames: number, limit: number): void {
  checkUint32("first", first);
  checkUint32("frames", frames);
  if (first + frames <= limit) return;
  throw new RangeError(`range: expected to end at or before frame ${limit}, got ${first} + ${frames}`);
}

export function checkAtMost(label: string, value: number, most: number): void {
  checkUint32(label, value);
  if (value > most) throw new RangeError(`${label}: expected at most ${most}, got ${value}`);
}

export function checkPfns(pfns: Uint32Array): void {
  if (pfns instanceof Uint32Array) return;
  throw new TypeError(`pfns: expected a Uint32Array, got ${describe(pfns)}`);
}

/** Checks that the array has [first, frames] pairs with all frames in [0, limit). */
export function checkRuns(pairs: Uint32Array, limit: number): void {
  if (pairs.length % 2 !== 0) throw new RangeError(`pairs: expected an even length, got ${pairs.length}`);
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i]! + pairs[i + 1]! > limit) checkRange(pairs[i]!, pairs[i + 1]!, limit);
  }
}

/** @throws Error if the host had no memory for some frames */
export function checkBacked(unbacked: number): void {
  if (unbacked !== 0) throw new Error(`PageTracker: no memory for the bits of ${unbacked} frames`);
}
