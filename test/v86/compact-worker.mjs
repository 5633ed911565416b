// A machine in a worker thread, which is compacted and goes on. Posts what it has found.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import { V86 } from "v86";
import { attachBalloon, compact } from "../../dist/entries/v86.js";

const MIB = 2 ** 20;

const emulator = new V86({
  wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
  memory_size: 64 * MIB,
  multiboot: { buffer: Uint8Array.from(readFileSync("guest/tiny.elf")).buffer },
  cmdline: "driver=polite",
  autostart: false,
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
});
let text = "";
const waiting = new Set();
emulator.add_listener("serial0-output-byte", (byte) => {
  text += String.fromCharCode(byte);
  for (const look of waiting) look();
});

/** The first match in what the guest says from now on. */
function said(pattern) {
  text = "";
  return new Promise((resolve) => {
    const look = () => {
      const match = pattern.exec(text);
      if (match === null) return;
      waiting.delete(look);
      resolve(match);
    };
    waiting.add(look);
  });
}

function settle(balloon, bytes) {
  const settled = said(new RegExp(`settled ballooned=${bytes / 4096}\\b`));
  balloon.target = bytes;
  return settled;
}

async function check() {
  const checked = said(/memory .*bad=(\d+)/);
  emulator.serial0_send("check\n");
  return Number((await checked)[1]);
}

await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
const balloon = attachBalloon(emulator);
emulator.run();
await settle(balloon, 48 * MIB);
const before = emulator.v86.cpu.wasm_memory;
const { copiedBytes } = await compact(emulator);
const moved = emulator.v86.cpu.wasm_memory !== before;
const bad = [await check()];
await settle(balloon, 0);
bad.push(await check());
await emulator.destroy();
parentPort.postMessage({ moved, copiedBytes, bad, faults: balloon.counters().faults });
