import type { SerialConsole } from "./serial-console.ts";

/** The line that the guest prints when its shell reads commands from the serial port. */
export const SHELL_READY = "ballonet guest ready";

/** A terminal line has at most 4095 bytes, and the emulated port at most 4096. */
const LONGEST_INPUT = 4000;

/** The output of a command (stdout and stderr in their order) and its exit status. */
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
   * Runs `command` with `sh -c` and without input. Each command has its own shell, so `cd` and variables do not last.
   * The port is slow (keep outputs below 20 KB). A command that exceeds its time limit continues to run in the guest.
   *
   * @param timeoutMs starts when all earlier commands are done
   * @throws RangeError if the command is too long to be typed; Error if it does not end in time
   */
  run(command: string, timeoutMs: number): Promise<CommandResult> {
    const result = this.#last.then(() => this.#run(command, timeoutMs));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(command: string, timeoutMs: number): Promise<CommandResult> {
    const id = ++this.#commands;
    const input = typed(command, id);
    if (new TextEncoder().encode(input).length > LONGEST_INPUT)
      throw new RangeError("command too long for the serial port");
    this.#console.send(input);
    const [, output = "", code] = await this.#console.waitFor(resultOf(id), timeoutMs);
    return { output, code: Number(code) };
  }
}

/** Marks start and end with the number. The guest assembles the marks, so an echo of the input does not match. */
function typed(command: string, id: number): string {
  const quoted = `'${command.replaceAll("'", String.raw`'\''`)}'`;
  return `echo "<""run ${id}>"; sh -c ${quoted}; echo "<""end ${id} $?>"\n`;
}

function resultOf(id: number): RegExp {
  return new RegExp(`<run ${id}>\r?\n([^]*?)<end ${id} (\\d+)>\r?\n`);
}
