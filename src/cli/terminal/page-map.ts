import type { PageSet } from "../../tracker/index.ts";
import { LABEL_COLUMNS } from "./screen.ts";
import type { Screen } from "./screen.ts";

const ROWS = 8;
const SHADES = [" ", "░", "▒", "▓", "█"];

/** Shows the page set, as wide as the terminal. */
export function printPageMap(screen: Screen, ballooned: PageSet): void {
  const borders = 2;
  screen.block(pageMap(ballooned, screen.columns - LABEL_COLUMNS - borders));
}

/** The page set as text: each cell is an equal part of guest memory, shaded by the share of it in the balloon. */
export function pageMap(ballooned: PageSet, columns: number): string[] {
  const cells = columns * ROWS;
  const shade = (cell: number): string => {
    const first = Math.floor((ballooned.frames * cell) / cells);
    const frames = Math.floor((ballooned.frames * (cell + 1)) / cells) - first;
    const share = frames === 0 ? 0 : ballooned.countRange(first, frames) / frames;
    return SHADES[Math.ceil(share * (SHADES.length - 1))]!;
  };
  return Array.from({ length: ROWS }, (_, row) => {
    const line = Array.from({ length: columns }, (_cell, column) => shade(row * columns + column));
    return `│${line.join("")}│`;
  });
}
