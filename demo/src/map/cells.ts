import type { Grid } from "./grid.ts";
import { State, STATES } from "./states.ts";
import type { PageStates } from "./states.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** The colour of each cell, three numbers for each: the mean of its pages, but a single failed lock shows in full. */
export function cellColours(pages: PageStates, grid: Grid, colours: readonly Colour[]): Float32Array {
  const cells = Math.ceil(pages.length / grid.framesPerCell);
  const shown = new Float32Array(3 * cells);
  for (let cell = 0; cell < cells; cell++) {
    const first = cell * grid.framesPerCell;
    shown.set(mean(pages.subarray(first, first + grid.framesPerCell), colours), 3 * cell);
  }
  return shown;
}

function mean(pages: PageStates, colours: readonly Colour[]): Colour {
  const counts = STATES.map(() => 0);
  for (const state of pages) counts[state]!++;
  if (counts[State.FAILED]! > 0) return colours[State.FAILED]!;
  const channel = (at: 0 | 1 | 2): number =>
    counts.reduce((sum, pagesIn, state) => sum + pagesIn * colours[state]![at], 0) / pages.length;
  return [channel(0), channel(1), channel(2)];
}
