// A guest in v86 gives back 100 MiB, and they leave this process. Needs Linux and koffi (npm install koffi).
// Run it with `node examples/reclaim.mjs` in a clone that has been built.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

// One sentence where koffi is missing or the system is not Linux, instead of a stack trace.
process.on("uncaughtException", (error) => {
  console.error(error.name === "NodeHostError" ? error.message : error);
  process.exit(1);
});

const MIB = 1024 * 1024;
const machine = {
  wasm_path: fileURLToPath(import.meta.resolve("v86/build/v86.wasm")),
  memory_size: 128 * MIB,
  multiboot: { buffer: Uint8Array.from(readFileSync(new URL("../guest/tiny.elf", import.meta.url))).buffer },
  cmdline: "driver=polite",
};

// README: node
import { V86 } from "v86";
import { reclaimingHost } from "ballonet/node";
import { attachBalloon } from "ballonet/v86";

const emulator = new V86({ ...machine, autostart: false });
await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
const host = reclaimingHost(emulator);
const balloon = attachBalloon(emulator, { host });
// end

const mib = (bytes) => `${(bytes / MIB).toFixed(0).padStart(4)} MiB`;
const show = (what) => {
  const guest = mib(host.residentFrames * 4096);
  console.log(
    `${what.padEnd(14)} ${mib(process.memoryUsage.rss())} in this process, ${guest} of them the guest's`,
  );
};

const negotiated = new Promise((resolve) => emulator.add_listener("balloon0-negotiated", resolve));
emulator.run();
await negotiated;
show("booted");

balloon.target = 100 * MIB;
while (balloon.ballooned < balloon.target) await sleep(50);
show("100 MiB given");

await emulator.restore_state(await emulator.save_state());
show("restored");
host.trim();
show("trimmed");
await emulator.destroy();
