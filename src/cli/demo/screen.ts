/** What the demo prints: labelled lines, and on a terminal one live line that overwrites itself. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  #live = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  line(label: string, text = ""): void {
    this.#endLive();
    this.#out.write(`${label.padEnd(10)}${text}`.trimEnd() + "\n");
  }

  /** Lines that belong together. */
  block(lines: readonly string[]): void {
    for (const line of lines) this.line("", line);
  }

  /** Progress: overwritten by the next line; without a terminal, nothing — the lines that follow tell it. */
  progress(label: string, text: string): void {
    if (!this.#out.isTTY) return;
    this.#live = true;
    this.#out.write(`\r${label.padEnd(10)}${text}\u001b[K`);
  }

  #endLive(): void {
    if (this.#live) this.#out.write("\r\u001b[K");
    this.#live = false;
  }
}

/** A bar of 24 cells. */
export function bar(done: number, total: number): string {
  const filled = total === 0 ? 24 : Math.round((24 * done) / total);
  return "█".repeat(filled) + "░".repeat(24 - filled);
}

/** A number of 4 KiB frames with its size. */
export function frames(count: number): string {
  return `${count} frames (${(count / 256).toFixed(1)} MiB)`;
}
