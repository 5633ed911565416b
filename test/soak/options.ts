import { parseArgs } from "node:util";

export const HELP = `npm run soak -- [--for=<time>] [--restores=<n>] [--traffic-restores=<n>] [--seed=<n>]

  --for       how long, such as 30s or 2m: 10m
  --restores  at least so many, however long it takes: 3
  --traffic-restores
              then so many under network traffic: 60
  --seed      repeats the targets: 1`;

export interface SoakArguments {
  readonly help: boolean;
  readonly milliseconds: number;
  readonly seed: number;
  readonly leastRestores: number;
  /** Restores under network traffic, with the balloon on the network card's interrupt line. */
  readonly trafficRestores: number;
  /** Time between two restores: twenty seconds, or a fourth of a shorter time. */
  readonly saveEveryMs: number;
}

const SAVE_EVERY_MS = 20_000;

/** What `npm run soak -- …` asks for. @throws Error that says what was expected */
export function soakArgumentsOf(args: string[]): SoakArguments {
  const { values } = parseArgs({
    args,
    options: {
      for: { type: "string", default: "10m" },
      restores: { type: "string", default: "3" },
      "traffic-restores": { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const milliseconds = millisecondsOf(values.for);
  return {
    help: values.help,
    milliseconds,
    leastRestores: count("restores", values.restores),
    trafficRestores: count("traffic-restores", values["traffic-restores"]),
    seed: count("seed", values.seed),
    saveEveryMs: Math.min(SAVE_EVERY_MS, milliseconds / 4),
  };
}

function millisecondsOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([sm])$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (unit === "m" ? 60_000 : 1000);
  if (milliseconds > 0) return milliseconds;
  throw new RangeError(`--for must be a time such as 30s or 2m, got "${text}"`);
}

function count(name: string, text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new RangeError(`--${name} must be a whole number, got "${text}"`);
}
