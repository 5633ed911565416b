import { createRequire } from "node:module";
import { Argument, Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { EXIT_CODES, ExitCode } from "./errors.ts";
import { oneOf } from "./options.ts";
import { Screen } from "./terminal/screen.ts";
import { table } from "./terminal/table.ts";

/** The version of this package. */
export const VERSION: string = (
  createRequire(import.meta.url)("ballonet/package.json") as { version: string }
).version;

/** The result of a command. */
export interface CommandResult {
  readonly exitCode: number;
  /** Everything that it found out, as `--json` prints it. */
  readonly result: object;
}

/** Adds a command. The command loads what it needs only when it runs. */
export type AddCommand = (cli: Cli) => void;

interface Description {
  /** One line for the list of commands. */
  readonly summary: string;
  /** More text for the command's own help. */
  readonly details: string;
  /** Examples of arguments, and what they do. */
  readonly examples: readonly (readonly [args: string, what: string])[];
}

/** The commands, and the result of the one that was run. */
export class Cli {
  readonly program: CommandUnknownOpts;
  exitCode: number = ExitCode.OK;

  constructor(commands: readonly AddCommand[]) {
    this.program = new Command("ballonet")
      .usage("COMMAND [OPTION]...")
      .description(
        "A virtio-balloon device and page tracker for JavaScript emulators, from the command line.",
      )
      .version(VERSION, "-v, --version", "print the version")
      .helpOption("-h, --help", "print this help; with a command, that command's")
      .helpCommand(false)
      .enablePositionalOptions()
      .configureHelp({ subcommandTerm: (command) => command.name() })
      // Errors are thrown to main.ts, which prints them.
      .configureOutput({ outputError: () => undefined })
      .exitOverride()
      .addHelpText(
        "after",
        `\nEvery command takes --json: one JSON document on standard output, all else on standard error.\n\nExit codes:\n${table(EXIT_CODES, "  ")}`,
      );
    for (const add of commands) add(this);
    this.#addHelp();
  }

  /** Makes a new command with the option --json. The caller adds its other options and its action. */
  add(name: string, { summary, details, examples }: Description): Command<[], { json?: true }> {
    const tried = examples.map(([args, what]) => [`ballonet ${name} ${args}`.trim(), what] as const);
    return (this.program as Command)
      .command(name)
      .summary(summary)
      .description(details)
      .option("--json", "print one JSON document instead of text")
      .helpOption("-h, --help", "print this help")
      .addHelpText("after", `\nExamples:\n${table(tried, "  ")}`);
  }

  /** Runs a command: prints what it finds out, as text while it works, or as JSON at the end. */
  async run(
    { json }: { readonly json?: true },
    work: (screen: Screen) => Promise<CommandResult>,
  ): Promise<void> {
    const screen = new Screen(json);
    const { exitCode, result } = await work(screen);
    screen.endProgress();
    if (json === true) printJson(result);
    this.exitCode = exitCode;
  }

  /** Adds a help command. The library's own says nothing about a command that does not exist. */
  #addHelp(): void {
    const { commands } = this.program;
    const names = commands.map((command) => command.name());
    const name = new Argument("[COMMAND]").argParser((text: string) => oneOf("COMMAND", names, text));
    (this.program as Command)
      .command("help")
      .summary("print the help of a command")
      .addArgument(name)
      .action((found) => {
        (commands.find((command) => command.name() === found) ?? this.program).help();
      });
  }
}

/** Prints a result as an indented JSON document. Bigints become decimal text, and typed arrays become arrays. */
export function printJson(result: object): void {
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return value.toString();
    return value instanceof Uint32Array ? [...value] : value;
  };
  process.stdout.write(`${JSON.stringify(result, plain, 2)}\n`);
}
