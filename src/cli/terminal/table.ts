const NUMBER = /^[\d.]+x?$/;

/** Formats rows as columns, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[], indent = ""): string {
  const cells = rows.map((row) => row.map(String));
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const right = cells.at(-1)!.map((cell) => NUMBER.test(cell));
  const padded = (cell: string, i: number): string =>
    right[i]! ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
  return cells.map((row) => `${indent}${row.map(padded).join("  ")}`.trimEnd()).join("\n");
}
