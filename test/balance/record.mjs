/* global clearInterval, setInterval */
// Records how much memory a Linux guest with 128 MiB reports as available while it works; writes test/balance/stats.json.
import { writeFileSync } from "node:fs";
import { bootReclaimMachine } from "../../build/rig/reclaim/machine.js";

const INTERVAL_MS = 500;
const WORK = `sleep 3
dd if=/dev/zero of=/tmp/a bs=1M count=48; sleep 5; dd if=/dev/zero of=/tmp/b bs=1M count=10; sleep 4
rm /tmp/a; sleep 4
for i in 1 2 3 4 5 6; do dd if=/dev/zero of=/tmp/c.$i bs=1M count=6; sleep 1; done
md5sum /tmp/c.*; rm /tmp/b /tmp/c.*; sleep 5`;

const { guest, balloon } = await bootReclaimMachine(128 * 1024 * 1024, () => undefined);
const { output } = await guest.run("uname -r", 10_000);
const available = [];
balloon.device.on("stats", ({ AVAIL }) => available.push(Number(AVAIL) / 4096));
const timer = setInterval(() => balloon.device.requestStats(), INTERVAL_MS);
await guest.run(WORK, 120_000);
clearInterval(timer);
await guest.destroy();
const recording = {
  kernel: output.trim(),
  frames: balloon.device.frames,
  intervalMs: INTERVAL_MS,
  available,
};
writeFileSync(new URL("stats.json", import.meta.url), `${JSON.stringify(recording)}\n`);
