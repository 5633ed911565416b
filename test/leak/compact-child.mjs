// Compacts a machine again and again, and prints the memory left in use: node --expose-gc compact-child.mjs <times>
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { V86 } from "v86";
import { attachBalloon, compact } from "../../dist/entries/v86.js";

const MIB = 2 ** 20;
const MEMORY_BYTES = 128 * MIB;
const times = Number(process.argv[2]);
const wasm = readFileSync(createRequire(import.meta.url).resolve("v86/build/v86.wasm"));

const emulator = new V86({
  wasm_fn: async (imports) => (await WebAssembly.instantiate(wasm, imports)).instance.exports,
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
const wasm_fn = async (imports) => (await WebAssembly.instantiate(wasm, imports)).instance.exports;

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

async function collected() {
  for (let i = 0; i < 4; i++) {
    await sleep(20);
    globalThis.gc();
  }
  return process.memoryUsage.rss();
}

emulator.run();
await reach(96 * MIB);
const before = await collected();
const memories = [];
const rss = [];
const still = [];
for (let i = 0; i < times; i++) {
  memories.push(new WeakRef(emulator.v86.cpu.wasm_memory));
  still.push((await compact(emulator, { wasm_fn })).stillMs);
  // A paused guest, which touches nothing, must release its old memory as well.
  if (i % 20 === 0) await emulator.stop();
  rss.push(await collected());
  emulator.run();
}
await reach(32 * MIB);
await reach(96 * MIB);
const alive = memories.filter((memory) => memory.deref() !== undefined).length;
console.log(JSON.stringify({ before, first: rss[0], last: rss.at(-1), alive, still }));
await emulator.destroy();
