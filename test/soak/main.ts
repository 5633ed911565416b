import { parseArgs } from "node:util";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
});
const started = performance.now();
const totals = await soak({
  milliseconds: Number(values.minutes) * 60_000,
  seed: Number(values.seed),
  saveEveryMs: 20_000,
  onRound: ({ rounds, restores }) => {
    const seconds = Math.round((performance.now() - started) / 1000);
    if (rounds % 10 === 0) console.info(`${seconds} s: ${rounds} rounds, ${restores} restores`);
  },
});
console.info(JSON.stringify({ seed: values.seed, ...totals }, undefined, 2));
