// Compacts a machine again and again, and prints the memory left in use: node --expose-gc compact-child.mjs <times>
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { V86 } from "v86";
import { attachBalloon, compact } from "../../dist/entries/v86.js";

const MIB = 2 ** 20;
const MEMORY_BYTES = 128 * MIB;
const PEAKS = 5;
const times = Number(process.argv[2]);

const emulator = new V86({
  wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
  memory_size: MEMORY_BYTES,
  multiboot: { buffer: Uint8Array.from(readFileSync("guest/tiny.elf")).buffer },
  cmdline: "driver=polite",
  autostart: false,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
});
await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
const balloon = attachBalloon(emulator);

/** Resolves when the guest has given that much. */
function reach(bytes) {
  return new Promise((resolve) => {
    const listener = () => {
      if (balloon.ballooned !== bytes) return;
      emulator.remove_listener("balloon0-actual", listener);
      resolve();
    };
    emulator.add_listener("balloon0-actual", listener);
    balloon.target = bytes;
  });
}

async function collected(times = 4) {
  for (let i = 0; i < times; i++) {
    await sleep(20);
    globalThis.gc();
  }
  return process.memoryUsage.rss();
}

/** What the process took at most since the last call, in bytes: VmHWM of Linux, which 5 sets back. */
function peak() {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
  writeFileSync("/proc/self/clear_refs", "5");
  return 1024 * Number(kib);
}

emulator.run();
await reach(96 * MIB);
const before = await collected();
/** How much more than before and what was copied each of the first compactions took at its peak. */
const excess = [];
const memories = [];
const rss = [];
const still = [];
for (let i = 0; i < times; i++) {
  memories.push(new WeakRef(emulator.v86.cpu.wasm_memory));
  if (i < PEAKS) {
    // A guest that runs takes memory, too.
    await emulator.stop();
    await collected();
    peak();
  }
  const atRest = process.memoryUsage.rss();
  const { copiedBytes, stillMs } = await compact(emulator);
  if (i < PEAKS) excess.push(peak() - atRest - copiedBytes);
  still.push(stillMs);
  // A paused guest, which touches nothing, must release its old memory as well.
  if (i % 20 === 0) await emulator.stop();
  // Only the first and the last are compared; between them, the old memory must not wait for V8.
  rss.push(await collected(i === 0 || i === times - 1 ? 4 : 1));
  emulator.run();
}
await reach(32 * MIB);
await reach(96 * MIB);
const alive = memories.filter((memory) => memory.deref() !== undefined).length;
console.log(JSON.stringify({ before, excess, first: rss[0], last: rss.at(-1), alive, still }));
await emulator.destroy();
