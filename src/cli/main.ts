import { CommanderError } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { Cli, printJson } from "./cli.ts";
import type { AddCommand } from "./cli.ts";
import { COMMANDS } from "./commands.ts";
import { ExitCode, failureOf, UsageError } from "./errors.ts";

/** Runs the command line `args` with these commands. Returns the exit code. */
export async function main(
  args: readonly string[],
  commands: readonly AddCommand[] = COMMANDS,
): Promise<number> {
  endQuietlyWithPipe(process.stdout);
  const cli = new Cli(commands);
  const command = cli.program.commands.find((each) => each.name() === args[0]);
  try {
    if (args.length === 0) throw new UsageError("a command is missing");
    // After an unknown command nothing else counts, not even --help.
    const words = command === undefined ? args.slice(0, 1) : args.map((word) => wordFor(command, word));
    await cli.program.parseAsync(words, { from: "user" });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === ExitCode.OK) return ExitCode.OK;
    const wrong = error instanceof CommanderError ? new UsageError(oneLine(error.message)) : error;
    return fail(wrong, command ?? cli.program, args.includes("--json"));
  }
}

/** Removes the value from an option that does not exist, so that the library can suggest the option that was meant. */
function wordFor({ options }: CommandUnknownOpts, word: string): string {
  const name = word.startsWith("--") ? word.split("=", 1)[0]! : word;
  return options.some(({ long }) => long === name) ? word : name;
}

/** Converts a message of the library to the style of this package. */
function oneLine(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\)$/, "; did you mean $1");
}

/** Reports an error on standard error. With `--json`, it also goes to standard output, where a program looks for it. */
function fail(error: unknown, command: CommandUnknownOpts, json: boolean): number {
  const { exitCode, message } = failureOf(error);
  process.stderr.write(`ballonet: ${message}\n${exitCode === ExitCode.USAGE ? hint(command) : ""}`);
  if (json) printJson({ error: { exitCode, message } });
  return exitCode;
}

function hint(command: CommandUnknownOpts): string {
  const usage = command.createHelp().commandUsage(command);
  const names = command.commands.map((each) => each.name()).join(", ");
  const called = command.parent === null ? "ballonet" : `ballonet ${command.name()}`;
  return `\nUsage: ${usage}\n${names && `Commands: ${names}\n`}More: ${called} --help\n`;
}

/** Ends without an error if the reader closes the pipe early, as `head` does. */
function endQuietlyWithPipe(out: NodeJS.WriteStream): void {
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(ExitCode.OK);
  });
}
