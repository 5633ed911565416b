// Restores a Linux guest and trims it; prints the memory of this process in MiB before and after, and the shortest of
// three processor times of the trim, because other processes may share the processor, as JSON.
import { bootLinux } from "../../build/rig/linux/guest.js";
import { memoryUse } from "../../build/rig/reclaim/memory.js";
import { reclaimingHost } from "../../build/src/node/index.js";

const guest = await bootLinux({
  cacheKey: "bare",
  cmdlineExtra: "init_on_alloc=0",
  prepare: () => undefined,
});
const host = reclaimingHost(guest.emulator);
const times = [];
const trim = () => {
  const started = process.cpuUsage();
  const frames = host.trim();
  const { user, system } = process.cpuUsage(started);
  times.push((user + system) / 1000);
  return frames;
};

const before = memoryUse(host);
const frames = trim();
const after = memoryUse(host);
const state = await guest.save();
for (let i = 0; i < 2; i++) {
  await guest.restore(state);
  trim();
}
const { code } = await guest.run("md5sum /bin/busybox && ls /sys/bus/pci/devices", 10_000);
await guest.destroy();
console.log(JSON.stringify({ before, after, frames, ms: Math.min(...times), code }));
