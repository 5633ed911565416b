// Three guests of 64 MiB in one process, which together may use 120 MiB. Needs Linux and koffi (npm install koffi).
// Run it with `node examples/many-guests.mjs` in a clone that has been built.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { V86 } from "v86";
import { reclaimingHost } from "ballonet/node";
import { attachBalloon } from "ballonet/v86";

// One sentence where koffi is missing or the system is not Linux, instead of a stack trace.
process.on("uncaughtException", (error) => {
  console.error(error.name === "NodeHostError" ? error.message : error);
  process.exit(1);
});

const MIB = 1024 * 1024;
const machine = {
  wasm_path: fileURLToPath(import.meta.resolve("v86/build/v86.wasm")),
  memory_size: 64 * MIB,
  multiboot: { buffer: Uint8Array.from(readFileSync(new URL("../guest/tiny.elf", import.meta.url))).buffer },
  cmdline: "driver=polite stats=on",
};

async function start() {
  const emulator = new V86({ ...machine, autostart: false });
  await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
  const balloon = attachBalloon(emulator, { host: reclaimingHost(emulator), deflateOnOom: true });
  emulator.run();
  return { emulator, balloon };
}

const guests = [await start(), await start(), await start()];

// README: balance
import { createBalancer } from "ballonet/balance";

const balancer = createBalancer({ budgetBytes: 120 * MIB });
for (const { balloon } of guests) balancer.add(balloon.device);
// end

const used = () => guests.reduce((sum, { balloon }) => sum + machine.memory_size - balloon.ballooned, 0);
const show = () => {
  const ballooned = guests.map(({ balloon }) => `${(balloon.ballooned / MIB).toFixed(0)} MiB`).join(", ");
  console.log(`in balloons: ${ballooned}; used: ${(used() / MIB).toFixed(0)} MiB`);
};

show();
while (used() > 120 * MIB) await sleep(50);
show();
balancer.dispose();
for (const { emulator } of guests) await emulator.destroy();
