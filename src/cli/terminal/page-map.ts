import { PageTracker } from "../../tracker/index.ts";
import type { PageSet } from "../../tracker/index.ts";
import { LABEL_COLUMNS } from "./screen.ts";
import type { Screen } from "./screen.ts";

const ROWS = 8;
const SHADES = [" ", "░", "▒", "▓", "█"];

/**
 * Shows the page set across the width of the terminal. Each cell is an equal part of memory, shaded by the share that
 * is in the balloon.
 */
export function printPageMap(screen: Screen, ballooned: PageSet): void {
  const borders = 2;
  const columns = screen.columns - LABEL_COLUMNS - borders;
  const cells = columns * ROWS;
  const shade = (cell: number): string => {
    const first = Math.floor((ballooned.frames * cell) / cells);
    const frames = Math.floor((ballooned.frames * (cell + 1)) / cells) - first;
    const share = frames === 0 ? 0 : ballooned.countRange(first, frames) / frames;
    return SHADES[Math.ceil(share * (SHADES.length - 1))]!;
  };
  for (let row = 0; row < ROWS; row++) {
    const line = Array.from({ length: columns }, (_cell, column) => shade(row * columns + column));
    screen.line("", `│${line.join("")}│`);
  }
}

/** Shows `frames` of memory with these [first, frames] pairs in the balloon. */
export function printRuns(screen: Screen, frames: number, runs: Uint32Array): void {
  const tracker = new PageTracker(frames);
  for (let i = 0; i < runs.length; i += 2) tracker.inflateRange(runs[i]!, runs[i + 1]!);
  printPageMap(screen, tracker);
}
