import { parseArgs } from "node:util";
import { Coverage, fuzz } from "./run.ts";
import { saveFailure } from "./seeds.ts";
import type { TransportName } from "./step.ts";

const ALL: readonly TransportName[] = ["modern", "legacy", "mmio"];
const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1e5" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
    transport: { type: "string" },
  },
});
const steps = count("steps", values.steps);
const seed = count("seed", values.seed);
const transports = values.transport === undefined ? ALL : [transport(values.transport)];

const coverage = new Coverage();
const started = performance.now();
let shown = started;
for (const failure of fuzz(seed, steps, transports, coverage)) {
  if (failure !== undefined) {
    console.error(`seed ${seed}: ${failure.message}`);
    console.error(`shrunk to ${saveFailure(failure)}`);
    process.exitCode = 1;
    break;
  }
  if (performance.now() - shown < PROGRESS_MS) continue;
  shown = performance.now();
  console.info(`${coverage.steps} steps, ${rate()} a second`);
}
console.info(JSON.stringify({ seed, transports, stepsPerSecond: rate(), coverage }, undefined, 2));

function rate(): number {
  return Math.round((1000 * coverage.steps) / (performance.now() - started));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`--${name} must be a count, got ${text}`);
  return value;
}

function transport(name: string): TransportName {
  const known = ALL.find((one) => one === name);
  if (known === undefined) throw new RangeError(`--transport must be ${ALL.join(", ")}, got ${name}`);
  return known;
}
