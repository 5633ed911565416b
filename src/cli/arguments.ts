import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";
import { didYouMean } from "../options/index.ts";
import type { Command, OptionSpecs } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** Options every command has. */
export const COMMON_OPTIONS: OptionSpecs = {
  json: { type: "boolean", help: "print one JSON document instead of text" },
  help: { type: "boolean", help: "print this help" },
};

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean>>;
  readonly operand: string;
}

/** @throws UsageError for what the command does not take */
export function parseArguments({ options, operand }: Command, args: string[]): Arguments {
  const { values, positionals } = parse(args, { ...options, ...COMMON_OPTIONS });
  if (values.help === true) return { values, operand: "" };
  for (const [name, { oneOf }] of Object.entries(options)) {
    if (oneOf !== undefined && values[name] !== undefined) checkOneOf(`--${name}`, values[name], oneOf);
  }
  if (operand?.oneOf !== undefined && positionals[0] !== undefined)
    checkOneOf(operand.name, positionals[0], operand.oneOf);
  if (operand !== undefined && positionals[0] === undefined)
    throw new UsageError(`${operand.name} is missing`);
  const surplus = positionals[operand === undefined ? 0 : 1];
  if (surplus !== undefined) throw new UsageError(`one argument too many: "${surplus}"`);
  return { values, operand: positionals[0] ?? "" };
}

/** The value of an option as an integer; `text` undefined stands for `otherwise`. @throws UsageError */
export function integer(
  option: string,
  text: string | undefined,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} must be a whole number of ${least} to ${most}, got "${text}"`);
}

interface Parsed {
  readonly values: Record<string, string | boolean>;
  readonly positionals: string[];
}

function parse(args: string[], specs: OptionSpecs): Parsed {
  const options: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => [name, { type, ...(name === "help" && { short: "h" }) }]),
  );
  try {
    return parseArgs({ args, options, allowPositionals: true }) as Parsed;
  } catch (error) {
    throw new UsageError(complaint(error, Object.keys(specs)));
  }
}

/** Node's words, but for an unknown option, where it can be said which one was meant. */
function complaint(error: unknown, known: readonly string[]): string {
  const text = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-[^']*)'/.exec(text)?.[1];
  if (unknown === undefined) return text;
  const names = known.map((name) => `--${name}`);
  return `there is no option ${unknown}${didYouMean(unknown, names)}`;
}

function checkOneOf(what: string, value: string | boolean, values: readonly string[]): void {
  if (values.includes(String(value))) return;
  const hint = didYouMean(String(value), values);
  throw new UsageError(`${what} must be one of ${values.join(", ")}, got "${value}"${hint}`);
}
