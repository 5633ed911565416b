import { parseArgs } from "node:util";
import type { TransportName } from "./step.ts";

const ALL: readonly TransportName[] = ["modern", "legacy", "mmio"];

export const HELP = `npm run fuzz -- [--steps=<n>] [--seed=<n>] [--transport=modern|legacy|mmio]

  --steps      how many, such as 1000 or 1e6: 1e5
  --seed       repeats a run
  --transport  only this one`;

export interface FuzzOptions {
  readonly help: boolean;
  readonly steps: number;
  readonly seed: number;
  readonly transports: readonly TransportName[];
}

/** What `npm run fuzz -- …` asks for. @throws Error that says what was expected */
export function optionsOf(args: string[]): FuzzOptions {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: "string", default: "1e5" },
      seed: { type: "string", default: String(Date.now() % 2 ** 32) },
      transport: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    help: values.help,
    steps: count("steps", values.steps),
    seed: count("seed", values.seed),
    transports: values.transport === undefined ? ALL : [transport(values.transport)],
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a whole number, such as 1000 or 1e6, got "${text}"`);
}

function transport(name: string): TransportName {
  const known = ALL.find((one) => one === name);
  if (known === undefined)
    throw new RangeError(`--transport must be one of ${ALL.join(", ")}, got "${name}"`);
  return known;
}
