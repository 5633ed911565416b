import { styleText } from "node:util";

/** The width without a terminal. */
const COLUMNS = 80;
const LEAST_COLUMNS = 20;
/** Width of the column for labels. */
export const LABEL_COLUMNS = 10;

/** How often a bar is updated. */
const TICK_MS = 50;

const TONES = { good: "green", bad: "red" } as const;

/** The text output of a command: labelled lines, and on a terminal one live line that is overwritten. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  readonly #quiet: boolean;
  #live = false;

  /**
   * @param quiet prints nothing, because the result is printed elsewhere
   * @param err for the live line. It is not part of the text, which may go into a file
   */
  constructor(
    quiet = false,
    out: NodeJS.WriteStream = process.stdout,
    err: NodeJS.WriteStream = process.stderr,
  ) {
    this.#out = out;
    this.#err = err;
    this.#quiet = quiet;
  }

  /** Width of the terminal. */
  get columns(): number {
    return Math.max((this.#out.isTTY && this.#out.columns) || COLUMNS, LEAST_COLUMNS);
  }

  /** Prints a line. @param tone colours the label, if the terminal has colours and NO_COLOR is not set */
  line(label: string, text = "", tone?: keyof typeof TONES): void {
    const column = label.padEnd(LABEL_COLUMNS);
    const coloured = tone === undefined ? column : styleText(TONES[tone], column, { stream: this.#out });
    this.raw(`${coloured}${text}`.trimEnd());
  }

  /** Prints a line without a label. */
  raw(text: string): void {
    this.endProgress();
    if (!this.#quiet) this.#out.write(`${text}\n`);
  }

  /**
   * Shows progress, which the next line overwrites. Without a terminal nothing is shown; the lines that follow are
   * enough.
   */
  progress(label: string, text: string): void {
    if (this.#quiet || !this.#err.isTTY || process.env.TERM === "dumb") return;
    this.#live = true;
    // A line that wraps could not be overwritten.
    const columns = Math.max(this.#err.columns || COLUMNS, LEAST_COLUMNS);
    const line = `${label.padEnd(LABEL_COLUMNS)}${text}`.slice(0, columns - 1);
    this.#err.write(`\r${line}\u001b[K`);
  }

  /** Returns a function that shows how many of `total` steps are done, as a bar. */
  ticker(label: string, total: number): (done: number) => void {
    let next = performance.now() + TICK_MS;
    return (done) => {
      if (performance.now() < next) return;
      next = performance.now() + TICK_MS;
      const percent = Math.floor((100 * done) / total);
      this.progress(label, `${bar(done, total)} ${percent} %, ${done} of ${total}`);
    };
  }

  /** Removes the live line. */
  endProgress(): void {
    if (this.#live) this.#err.write("\r\u001b[K");
    this.#live = false;
  }
}

/** A bar of 24 cells. */
export function bar(done: number, total: number): string {
  const filled = total === 0 ? 24 : Math.round((24 * done) / total);
  return "█".repeat(filled) + "░".repeat(24 - filled);
}

/** Formats a number of 4 KiB frames, with their size. */
export function frames(count: number): string {
  return `${count} frames (${(count / 256).toFixed(1)} MiB)`;
}
