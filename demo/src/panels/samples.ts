const KEPT = 240;

/** The last values of some lines, with the seconds since the start. */
export class Samples {
  readonly columns: (number | null)[][];
  readonly #started = performance.now();

  constructor(lines: number) {
    this.columns = [[], ...Array.from({ length: lines }, () => [])];
  }

  add(...values: readonly (number | null)[]): void {
    [(performance.now() - this.#started) / 1000, ...values].forEach((value, i) => {
      const column = this.columns[i]!;
      column.push(value);
      if (column.length > KEPT) column.shift();
    });
  }
}
