import { INFLATE } from "./modes";

/** Frames in the set. */
let population: u32 = 0;

export function count(): u32 {
  return population;
}

// @ts-ignore: decorator
@inline
export function recount(changed: u32, mode: u32): void {
  population += mode & INFLATE ? changed : 0 - changed;
}

export function recountNone(): void {
  population = 0;
}
