import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const CHILD = fileURLToPath(new URL("../harness/footprint-child.js", import.meta.url));
const PROCESSES = 15;

async function inChild(measure) {
  const child = fork(CHILD, [measure], { execArgv: ["--expose-gc"] });
  const [value] = await once(child, "message");
  await once(child, "exit");
  return value;
}

async function inChildren(measure) {
  const values = [];
  for (let i = 0; i < PROCESSES; i++) values.push(await inChild(measure));
  return values;
}

/** The quickest third: others' work on a shared core only ever makes a start longer. */
async function quickest(measure) {
  const values = await inChildren(measure);
  return values.toSorted((a, b) => a - b).slice(0, PROCESSES / 3);
}

/** What it costs to have ballonet at all. */
export const rows = [
  { id: "footprint/empty-tracker", unit: "MiB", atMost: 2, values: () => inChildren("memory") },
  { id: "footprint/import-to-first-inflate", unit: "ms", atMost: 5, values: () => quickest("start") },
  { id: "footprint/import-of-all-to-first-inflate", unit: "ms", values: () => quickest("startOfAll") },
  {
    id: "footprint/wasm-brotli",
    unit: "KB",
    atMost: 6,
    values: () => [
      brotliCompressSync(readFileSync(new URL("../../dist/engine.wasm", import.meta.url))).length / 1000,
    ],
  },
];
