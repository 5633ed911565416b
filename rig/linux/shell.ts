import type { SerialConsole } from "./serial-console.ts";

/** One line of a terminal holds 4095 bytes, the emulated port 4096. */
const LONGEST_INPUT = 4000;

/** What a command printed (stdout and stderr, as they came) and its exit status. */
export interface CommandResult {
  readonly output: string;
  readonly code: number;
}

/** Runs commands, one after the other, in the root shell at the other end of a serial console. */
export class LinuxShell {
  readonly #console: SerialConsole;
  #commands = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(console: SerialConsole) {
    this.#console = console;
  }

  /**
   * Runs `command` with `sh -c` and no input. Each command has a shell of its own: `cd` and variables do not last.
   * The port is slow (keep outputs below 20 KB), and a command whose time is up still runs on in the guest.
   *
   * @param timeoutMs counts from when the commands before it are done.
   * @throws RangeError when the command is too long to be typed, Error when it does not end in time.
   */
  run(command: string, timeoutMs: number): Promise<CommandResult> {
    const result = this.#last.then(() => this.#run(command, timeoutMs));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(command: string, timeoutMs: number): Promise<CommandResult> {
    const id = ++this.#commands;
    const input = typed(command, id);
    if (Buffer.byteLength(input) > LONGEST_INPUT)
      throw new RangeError("command too long for the serial port");
    this.#console.send(input);
    const [, output = "", code] = await this.#console.waitFor(resultOf(id), timeoutMs);
    return { output, code: Number(code) };
  }
}

/** Marks start and end with the number, put together by the guest so that an echo of the input does not match. */
function typed(command: string, id: number): string {
  const quoted = `'${command.replaceAll("'", String.raw`'\''`)}'`;
  return `echo "<""run ${id}>"; sh -c ${quoted}; echo "<""end ${id} $?>"\n`;
}

function resultOf(id: number): RegExp {
  return new RegExp(`<run ${id}>\r?\n([^]*?)<end ${id} (\\d+)>\r?\n`);
}
