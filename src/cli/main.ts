import { parseArguments } from "./arguments.ts";
import { didYouMean } from "../options/index.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { ExitCode } from "./exit-code.ts";
import { failureOf } from "./failure.ts";
import { commandHelp, generalHelp, usage } from "./help.ts";
import { toJson } from "./json.ts";
import { Screen } from "./terminal/screen.ts";
import { UsageError } from "./usage-error.ts";
import { packageVersion } from "./version.ts";

/** Runs the command line `args` with these commands. Returns the exit code. */
export async function main(args: string[], commands: readonly Command[] = COMMANDS): Promise<number> {
  endQuietlyWithPipe(process.stdout);
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") return print(generalHelp(commands));
  if (name === "--version" || name === "-v") return print(`${packageVersion()}\n`);
  const found = commands.find((command) => command.name === name);
  try {
    return await run(found ?? noCommand(name, commands), rest);
  } catch (error) {
    return fail(error, hint(found, commands), args.includes("--json"));
  }
}

async function run(command: Command, args: string[]): Promise<number> {
  const { values, operand } = parseArguments(command, args);
  if (values.help === true) return print(commandHelp(command));
  const json = values.json === true;
  const screen = json ? new Screen(process.stderr, true) : new Screen(process.stdout);
  const { exitCode, result } = await command.run({ screen, values, operand });
  screen.endProgress();
  if (json) print(toJson(result));
  return exitCode;
}

function noCommand(name: string | undefined, commands: readonly Command[]): never {
  if (name === undefined) throw new UsageError("a command is missing");
  const names = commands.map((command) => command.name);
  throw new UsageError(`there is no command "${name}"${didYouMean(name, names)}`);
}

/** Says on standard error what went wrong; with `--json` also on standard output, where a program looks. */
function fail(error: unknown, more: string, json: boolean): number {
  const { exitCode, message } = failureOf(error);
  process.stderr.write(`ballonet: ${message}\n${exitCode === ExitCode.USAGE ? `\n${more}\n` : ""}`);
  if (json) print(toJson({ error: { exitCode, message } }));
  return exitCode;
}

function hint(command: Command | undefined, commands: readonly Command[]): string {
  if (command !== undefined) return `${usage(command)}\nMore: ballonet ${command.name} --help`;
  return `Usage: ballonet COMMAND [OPTION]...\nCommands: ${commands.map(({ name }) => name).join(", ")}\nMore: ballonet --help`;
}

function print(text: string): number {
  process.stdout.write(text);
  return ExitCode.OK;
}

/** Whoever reads the output has seen enough, as `head` does: no reason to complain. */
function endQuietlyWithPipe(out: NodeJS.WriteStream): void {
  out.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(ExitCode.OK);
  });
}
