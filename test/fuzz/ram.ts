import { FRAMES } from "./step.ts";
import type { Setup } from "./step.ts";

/** Where a guest's RAM is, as [first, frames] pairs. The driver's data and rings lie outside the hole. */
const REGIONS: Readonly<Record<Setup["ram"], readonly (readonly [first: number, frames: number])[]>> = {
  whole: [[0, FRAMES]],
  hole: [
    [0, 10],
    [13, FRAMES - 13],
  ],
};

/** Which addresses and frames are RAM, as simply as possible. */
export class Ram {
  readonly regions: readonly (readonly [first: number, frames: number])[];
  readonly frames: number;

  constructor(ram: Setup["ram"]) {
    this.regions = REGIONS[ram];
    this.frames = this.regions.reduce((sum, [, frames]) => sum + frames, 0);
  }

  has(frame: number): boolean {
    return this.regions.some(([first, frames]) => frame >= first && frame < first + frames);
  }

  contains(address: number, bytes: number): boolean {
    return this.regions.some(
      ([first, frames]) => address >= 4096 * first && address + bytes <= 4096 * (first + frames),
    );
  }
}
