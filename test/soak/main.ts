import { soak } from "./soak.ts";
import { HELP, soakArgumentsOf } from "./options.ts";
import type { SoakArguments } from "./options.ts";

const { help, ...options } = argumentsOrExit();
if (help) {
  console.info(HELP);
  process.exit();
}
const started = performance.now();
const totals = await soak({
  ...options,
  onRound: ({ rounds, restores }) => {
    const seconds = Math.round((performance.now() - started) / 1000);
    if (rounds % 10 === 0) console.info(`${seconds} s: ${rounds} rounds, ${restores} restores`);
  },
});
console.info(JSON.stringify({ seed: options.seed, ...totals }, undefined, 2));

function argumentsOrExit(): SoakArguments {
  try {
    return soakArgumentsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
