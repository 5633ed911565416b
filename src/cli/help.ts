import { COMMON_OPTIONS } from "./arguments.ts";
import type { Command, OptionSpec } from "./command.ts";
import { EXIT_CODES } from "./exit-code.ts";

/** The help of `ballonet` itself. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    "Usage: ballonet COMMAND [OPTION]...",
    "",
    "A virtio-balloon device and page tracker for JavaScript emulators, from the command line.",
    "",
    "Commands:",
    ...table(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options:",
    ...table([
      ["--help, -h", "this help; with a command, that command's"],
      ["--version, -v", "the version"],
    ]),
    "",
    "Every command takes --json: one JSON document on standard output, all else on standard error.",
    "",
    "Exit codes:",
    ...table(EXIT_CODES.map(([code, meaning]) => [String(code), meaning])),
    "",
  ].join("\n");
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const options = { ...command.options, ...COMMON_OPTIONS };
  return [
    usage(command),
    "",
    command.details,
    "",
    "Options:",
    ...table(Object.entries(options).map(([name, spec]) => [optionUsage(name, spec), spec.help])),
    "",
    "Examples:",
    ...table(command.examples.map(([args, what]) => [`ballonet ${command.name} ${args}`.trim(), what])),
    "",
  ].join("\n");
}

/** One line on how to call a command. */
export function usage({ name, operand }: Command): string {
  return `Usage: ballonet ${name}${operand === undefined ? "" : ` ${operand.name}`} [OPTION]...`;
}

function optionUsage(name: string, { type, value = "VALUE", oneOf }: OptionSpec): string {
  if (type === "boolean") return name === "help" ? "--help, -h" : `--${name}`;
  return `--${name}=${oneOf?.join("|") ?? value}`;
}

/** Two columns; a left side that is long stands in a line of its own. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(28, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) =>
    left.length <= width
      ? [`  ${left.padEnd(width)}  ${right}`]
      : [`  ${left}`, `  ${" ".repeat(width)}  ${right}`],
  );
}
