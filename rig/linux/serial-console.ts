import type { V86 } from "v86";

const NEWLINE = 0x0a;
/** Enough for the longest sensible output. Older text is dropped if no caller waits for it. */
const KEPT_CHARACTERS = 1 << 20;
const PANIC = "Kernel panic - not syncing";

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (error: Error) => void;
}

/** The guest's first serial port as text: its past output, and a way to wait for more. */
export class SerialConsole {
  readonly #emulator: V86;
  readonly #decoder = new TextDecoder();
  #text = "";
  #waiter: Waiter | undefined;
  #closed = false;

  constructor(emulator: V86) {
    this.#emulator = emulator;
    emulator.add_listener("serial0-output-byte", (byte) => {
      this.#receive(byte);
    });
  }

  /** Types `text` (UTF-8). The emulated port buffers 4096 bytes and loses the rest. */
  send(text: string): void {
    this.#emulator.serial_send_bytes(0, new TextEncoder().encode(text));
  }

  /**
   * Waits until `pattern`, which must end in a newline, matches the output. Drops the text up to the end of the match.
   * Only one wait at a time is allowed.
   *
   * @throws Error after `timeoutMs`, or if the guest's kernel panics or the console is closed
   */
  async waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const timer = setTimeout(() => {
      this.#fail(`no answer from the guest in ${timeoutMs} ms`);
    }, timeoutMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiter = { pattern, resolve, reject };
        this.#look();
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects the current wait and all later ones. */
  close(): void {
    this.#closed = true;
    this.#look();
  }

  #receive(byte: number): void {
    this.#text += this.#decoder.decode(Uint8Array.of(byte), { stream: true });
    // Matching after every byte would take quadratic time for long outputs.
    if (byte === NEWLINE) this.#look();
  }

  #look(): void {
    this.#text = this.#text.slice(-KEPT_CHARACTERS);
    const match = this.#waiter?.pattern.exec(this.#text);
    if (match) this.#answer(match);
    else if (this.#closed) this.#fail("the guest was destroyed");
    else if (this.#text.includes(PANIC)) this.#fail("the guest's kernel panicked");
  }

  #answer(match: RegExpExecArray): void {
    this.#text = this.#text.slice(match.index + match[0].length);
    this.#takeWaiter()?.resolve(match);
  }

  #fail(reason: string): void {
    this.#takeWaiter()?.reject(new Error(`${reason}; its last lines were:\n${this.#lastLines()}`));
  }

  /** Ends the current wait at once, so that the rest of the same tick cannot match for it a second time. */
  #takeWaiter(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }

  #lastLines(): string {
    return this.#text.trimEnd().split("\n").slice(-10).join("\n");
  }
}
