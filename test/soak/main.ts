import { parseArgs } from "node:util";
import { bootWithBalloon } from "../linux/machine.ts";
import { bringUpNic, restoreUnderTraffic } from "../linux/nic-traffic.ts";
import { soak } from "./soak.ts";

/** Saves and restores under network traffic, with the balloon on the network card's interrupt line. */
const NIC_RESTORES = 60;

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

const machine = await bootWithBalloon("soak ne2k", { pci_slot: 0x0d });
await bringUpNic(machine);
const packets = await restoreUnderTraffic(machine, NIC_RESTORES);
await machine.guest.destroy();
console.info(`${NIC_RESTORES} restores under network traffic, ${packets} packets answered`);
