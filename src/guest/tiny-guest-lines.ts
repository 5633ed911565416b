/** The longest line that is kept. The guest's own lines are far shorter. */
const MAX_LINE = 4096;
/** How many past lines are kept, for error messages and for looking back. */
const MAX_LINES = 1000;

export type LineListener = (line: string) => void;
export type LinePattern = string | RegExp;

export class GuestTimeoutError extends Error {
  override readonly name: string = "GuestTimeoutError";
}

interface Waiter {
  readonly pattern: LinePattern;
  readonly resolve: (line: string) => void;
  readonly reject: (reason: Error) => void;
}

/** Splits the bytes of a serial port into lines, keeps the last lines, and lets callers wait for one. */
export class GuestLines {
  readonly log: string[] = [];
  readonly #listeners = new Set<LineListener>();
  readonly #waiters = new Set<Waiter>();
  #partial = "";

  push(byte: number): void {
    if (byte !== 0x0a) this.#append(byte);
    else this.#finishLine();
  }

  #append(byte: number): void {
    if (byte !== 0x0d && this.#partial.length < MAX_LINE) this.#partial += String.fromCharCode(byte);
  }

  #finishLine(): void {
    const line = this.#partial;
    this.#partial = "";
    this.log.push(line);
    if (this.log.length > MAX_LINES) this.log.shift();
    for (const waiter of this.#waiters) if (matches(line, waiter.pattern)) waiter.resolve(line);
    for (const listener of this.#listeners) listener(line);
  }

  onLine(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the next line that starts with `pattern` or matches it. Earlier lines do not count. */
  waitFor(pattern: LinePattern, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const waiter = { pattern, resolve: settle(resolve), reject: settle(reject) };
      const timer = setTimeout(() => {
        waiter.reject(new GuestTimeoutError(this.#describe(`no ${String(pattern)} within ${timeoutMs} ms`)));
      }, timeoutMs);
      const waiters = this.#waiters.add(waiter);
      function settle<T>(finish: (value: T) => void): (value: T) => void {
        return (value) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          finish(value);
        };
      }
    });
  }

  /** Rejects all callers that still wait. */
  close(reason: string): void {
    for (const waiter of this.#waiters) waiter.reject(new Error(this.#describe(reason)));
    this.#listeners.clear();
  }

  #describe(what: string): string {
    const last = this.log.slice(-5).map((line) => `\n  ${line}`);
    return `${what}; the guest's last lines:${last.join("") || " none"}`;
  }
}

function matches(line: string, pattern: LinePattern): boolean {
  return typeof pattern === "string" ? line.startsWith(pattern) : pattern.test(line);
}

/** Returns the `name=value` words of a line, by name. */
export function valuesOf(line: string): Record<string, string | undefined> {
  return Object.fromEntries([...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value]));
}
