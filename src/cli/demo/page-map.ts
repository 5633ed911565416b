import type { PageTracker } from "../../tracker/index.ts";

const COLUMNS = 64;
const ROWS = 8;
const SHADES = [" ", "░", "▒", "▓", "█"];

/** The page set as text: each cell is an equal part of guest memory, shaded by the share of it in the balloon. */
export function pageMap(held: PageTracker): string[] {
  const cells = COLUMNS * ROWS;
  const shade = (cell: number): string => {
    const first = Math.floor((held.frames * cell) / cells);
    const frames = Math.floor((held.frames * (cell + 1)) / cells) - first;
    const share = frames === 0 ? 0 : held.countRange(first, frames) / frames;
    return SHADES[Math.ceil(share * (SHADES.length - 1))]!;
  };
  return Array.from({ length: ROWS }, (_, row) => {
    const line = Array.from({ length: COLUMNS }, (_cell, column) => shade(row * COLUMNS + column));
    return `│${line.join("")}│`;
  });
}
