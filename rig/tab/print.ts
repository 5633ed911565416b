import type { Screen } from "../../src/cli/terminal/screen.ts";
import { isReached } from "./rows.ts";
import type { Row } from "./rows.ts";

const WHAT_COLUMNS = 66;
const COLUMNS = 9;

export function printHead(screen: Screen, browser: string): void {
  screen.line("", cells(browser, ["without", "unasked", "after GC", "its Pss", "must", "aim"]));
}

/** The limit is that of the number after a garbage collection. */
export function printRow(screen: Screen, row: Row): void {
  const { unit, without, unasked, value, pss, must, aim, atMost } = row;
  const digits = unit === "x" ? 2 : 0;
  const number = (of: number | undefined): string => of?.toFixed(digits) ?? "";
  const limit = (of: number): string => `${atMost ? "≤" : "≥"} ${of}`;
  const text = cells(`${row.what}, ${unit}`, [
    ...[without, unasked, value, pss].map(number),
    limit(must),
    limit(aim),
  ]);
  if (isReached(row)) screen.line("reached", text, "good");
  else screen.line("MISSED", text, "bad");
}

function cells(what: string, values: readonly string[]): string {
  return what.padEnd(WHAT_COLUMNS) + values.map((value) => value.padStart(COLUMNS)).join("");
}
