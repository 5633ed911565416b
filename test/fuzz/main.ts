import { HELP, optionsOf } from "./options.ts";
import type { FuzzOptions } from "./options.ts";
import { Coverage, fuzz } from "./run.ts";
import { saveFailure } from "./seeds.ts";

const PROGRESS_MS = 10_000;

const { help, steps, seed, transports } = optionsOrExit();
if (help) {
  console.info(HELP);
  process.exit();
}

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

function optionsOrExit(): FuzzOptions {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
