import { bootAndAttach } from "../linux/machine.ts";
import { bringUpNic, restoreUnderTraffic } from "../linux/nic-traffic.ts";
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

const machine = await bootAndAttach({ pciSlot: 0x0d });
await bringUpNic(machine);
const packets = await restoreUnderTraffic(machine, options.trafficRestores);
await machine.guest.destroy();
console.info(`${options.trafficRestores} restores under network traffic, ${packets} packets answered`);

function argumentsOrExit(): SoakArguments {
  try {
    return soakArgumentsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
