import type { V86, V86Options } from "v86";
import { GuestLines, type LineListener, type LinePattern } from "./tiny-guest-lines.ts";

/** Which kind of balloon driver the guest plays; guest/README.md says what each does. */
export type TinyGuestDriver = (typeof TINY_GUEST_DRIVERS)[number];

export const TINY_GUEST_DRIVERS = ["polite", "silent", "refusing", "reverting", "buggy", "hostile"] as const;

export interface TinyGuestOptions {
  readonly driver: TinyGuestDriver;
  readonly memoryBytes: number;
  /** Further words of the guest's command line, such as `{ stats: "on", silent_bit: 50 }`. */
  readonly options?: Readonly<Record<string, string | number>>;
  /** Further options for v86, such as `{ virtio_balloon: true }`. */
  readonly v86?: Partial<V86Options>;
  /** Called when the emulator is loaded but does not run yet: the moment to attach a device. */
  readonly prepare?: (emulator: V86) => void | Promise<void>;
  /** How long the guest may take until it has negotiated, or found nothing to negotiate with. */
  readonly bootTimeoutMs?: number;
}

export interface TinyGuest {
  readonly emulator: V86;
  /** The guest's last lines, oldest first. */
  readonly lines: readonly string[];
  /** Sends a command and resolves with its reply; an `error ...` line rejects. */
  command(line: string, timeoutMs?: number): Promise<string>;
  /** The next line that begins with `pattern`, or matches it. Call it before causing the line. */
  waitFor(pattern: LinePattern, timeoutMs?: number): Promise<string>;
  /** Calls back for every line from now on; returns a function that ends it. */
  onLine(listener: LineListener): () => void;
  destroy(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DESTROY_TIMEOUT_MS = 2_000;

/** What the guest says when its start is over, one way or the other. */
const STARTED = /^(ready|features refused|silent deflate missing|queues missing|no device|panic )/;

/** How each command's reply begins. Other lines (`settled`, `needs-reset`) may come in between. */
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

/** Prepares and runs a loaded machine; resolves when its guest has started its driver. */
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
    // Whoever awaits it still hears of a failure; a wait that nobody awaits any more must not end the process.
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
