const FRAMES_PER_MIB = 256;
/** Smallest width of a cell that can still be told from its neighbours, in CSS pixels. */
const MIN_CELL = 4.5;

/** How pages are laid out as cells, row by row. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Pages in a cell: a power of two. */
  readonly framesPerCell: number;
  /** Side of a cell in CSS pixels. */
  readonly cell: number;
}

/** The finest grid for `frames` pages that is `width` wide and at most `maxHeight` high, both in CSS pixels. */
export function gridFor(frames: number, width: number, maxHeight: number): Grid {
  const columns = 2 ** Math.floor(Math.log2(Math.max(1, width / MIN_CELL)));
  const cell = width / columns;
  let framesPerCell = 1;
  while (cell * Math.ceil(frames / framesPerCell / columns) > maxHeight) framesPerCell *= 2;
  return { columns, rows: Math.ceil(frames / framesPerCell / columns), framesPerCell, cell };
}

/** What a cell and a row stand for, in words. */
export function scaleText({ columns, framesPerCell }: Grid): string {
  const kib = 4 * framesPerCell;
  const row = (columns * framesPerCell) / FRAMES_PER_MIB;
  const pages = framesPerCell === 1 ? "one page" : `${framesPerCell} pages`;
  const mixed = framesPerCell === 1 ? "" : " Pages in different states mix their colours.";
  return `A cell is ${pages} (${kib} KiB), a row ${row >= 1 ? `${row} MiB` : `${row * 1024} KiB`}.${mixed}`;
}
