import type { Screen } from "./terminal/screen.ts";

/** An option of a command. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** What it is for, in a few words. */
  readonly help: string;
  /** What stands for its value in the help, such as `FILE`. */
  readonly value?: string;
  /** The values it takes, where there are few. */
  readonly oneOf?: readonly string[];
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What an option's value is once it was checked. */
type ValueOf<Spec> = Spec extends { readonly type: "boolean" }
  ? boolean
  : Spec extends { readonly oneOf: readonly (infer Value)[] }
    ? Value
    : string;

export type Values<Options> = { readonly [Name in keyof Options]?: ValueOf<Options[Name]> };

/** The one argument a command needs besides its options. */
export interface Operand {
  readonly name: string;
  readonly oneOf?: readonly string[];
}

/** What a command came to. */
export interface CommandResult {
  readonly exitCode: number;
  /** All that it found out, as `--json` prints it. */
  readonly result: object;
}

interface Description<Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** More for the command's own help, in lines that fit a terminal. */
  readonly details: string;
  readonly operand?: Operand;
  readonly options: Options;
  /** Arguments worth trying, and what they do. */
  readonly examples: readonly (readonly [args: string, what: string])[];
}

/** What the user asked for, checked against the description. */
export interface Invocation<Values> {
  /** For people: what happens, what came of it. */
  readonly screen: Screen;
  readonly values: Values;
  /** Empty for a command without one. */
  readonly operand: string;
}

/** A command, from which its help, its checks and its completion are made. */
export interface Command extends Description<OptionSpecs> {
  readonly run: (invocation: Invocation<Readonly<Record<string, string | boolean>>>) => Promise<CommandResult>;
}

/** Ties the values a command is run with to the options it describes. */
export function command<const Options extends OptionSpecs>(
  description: Description<Options> & { run(invocation: Invocation<Values<Options>>): Promise<CommandResult> },
): Command {
  return {
    ...description,
    run: (invocation) => description.run(invocation as Invocation<Values<Options>>),
  };
}
