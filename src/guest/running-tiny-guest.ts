import type { V86, V86Options } from "v86";
import { GuestLines, type LineListener, type LinePattern } from "./tiny-guest-lines.ts";

/** The kind of balloon driver that the guest plays. guest/README.md says what each does. */
export type TinyGuestDriver = (typeof TINY_GUEST_DRIVERS)[number];

export const TINY_GUEST_DRIVERS = ["polite", "silent", "refusing", "reverting", "buggy", "hostile"] as const;

export interface TinyGuestOptions {
  readonly driver: TinyGuestDriver;
  readonly memoryBytes: number;
  /** More words for the guest's command line, such as `{ stats: "on", silent_bit: 50 }`. */
  readonly options?: Readonly<Record<string, string | number>>;
  /** More options for v86, such as `{ virtio_balloon: true }`. */
  readonly v86?: Partial<V86Options>;
  /** Called when the emulator is loaded but does not run yet. Attach a device here. */
  readonly prepare?: (emulator: V86) => void | Promise<void>;
  /** The time limit until the guest has negotiated, or has found no device. */
  readonly bootTimeoutMs?: number;
}

export interface TinyGuest {
  readonly emulator: V86;
  /** The guest's last lines, oldest first. */
  readonly lines: readonly string[];
  /** Sends a command and resolves with its reply. Rejects if the reply is an `error ...` line. */
  command(line: string, timeoutMs?: number): Promise<string>;
  /** Resolves with the next line that starts with `pattern` or matches it. Call it before you cause the line. */
  waitFor(pattern: LinePattern, timeoutMs?: number): Promise<string>;
  /** Calls `listener` for every line from now on. Returns a function that removes it. */
  onLine(listener: LineListener): () => void;
  destroy(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DESTROY_TIMEOUT_MS = 2_000;

/** The guest's last line of its start, whether it succeeded or not. */
const STARTED = /^(ready|features refused|silent deflate missing|queues missing|no device|panic )/;

/** How each command's reply starts. Other lines (`settled`, `needs-reset`) may come in between. */
const REPLIES: Readonly<Record<string, RegExp>> = {
  report: /^ballooned /,
  check: /^memory /,
  fragment: /^fragment /,
  silent: /^silent /,
  tell: /^told /,
  status: /^status /,
  reset: STARTED,
  abuse: /^abuse /,
  kick: /^kicked /,
  quit: /^bye$/,
};
const ERROR = "error ";

/** Prepares and runs a loaded machine. Resolves when the guest has started its driver. */
export async function startTinyGuest(
  emulator: V86,
  options: Pick<TinyGuestOptions, "prepare" | "bootTimeoutMs">,
): Promise<TinyGuest> {
  const guest = new RunningGuest(emulator);
  try {
    await options.prepare?.(emulator);
    await guest.start(options.bootTimeoutMs ?? DEFAULT_TIMEOUT_MS);
  } catch (error) {
    await guest.destroy();
    throw error;
  }
  return guest;
}

class RunningGuest implements TinyGuest {
  readonly emulator: V86;
  readonly #lines = new GuestLines();
  readonly #onByte = (byte: number): void => {
    this.#lines.push(byte);
  };

  constructor(emulator: V86) {
    this.emulator = emulator;
    emulator.add_listener("serial0-output-byte", this.#onByte);
  }

  get lines(): readonly string[] {
    return this.#lines.log;
  }

  async start(timeoutMs: number): Promise<void> {
    const started = this.waitFor(STARTED, timeoutMs);
    void this.emulator.run();
    const line = await started;
    if (line.startsWith("panic ")) throw new Error(`the guest did not start: ${line}`);
  }

  async command(line: string, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<string> {
    const expected = REPLIES[line.split(" ", 1)[0]!];
    const pattern = expected ? new RegExp(`${expected.source}|^${ERROR}`) : ERROR;
    const reply = this.waitFor(pattern, timeoutMs);
    this.emulator.serial0_send(`${line}\n`);
    return accept(line, await reply);
  }

  waitFor(pattern: LinePattern, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<string> {
    const line = this.#lines.waitFor(pattern, timeoutMs);
    // A caller that awaits this still gets the failure, but a wait that was given up must not end the process.
    line.catch(() => undefined);
    return line;
  }

  onLine(listener: LineListener): () => void {
    return this.#lines.onLine(listener);
  }

  async destroy(): Promise<void> {
    this.emulator.remove_listener("serial0-output-byte", this.#onByte);
    this.#lines.close("the guest was destroyed");
    // v86 answers a stop from its own loop, which an exception in a device may have ended.
    await withinTime(this.emulator.destroy(), DESTROY_TIMEOUT_MS);
  }
}

function accept(line: string, reply: string): string {
  if (reply.startsWith(ERROR)) throw new Error(`the guest refused "${line}": ${reply}`);
  return reply;
}

async function withinTime(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
