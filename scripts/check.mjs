// Runs the parts of `npm run check` on all cores, the longest first. Prints a part's output only if it fails.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import "./ensure.mjs";

process.chdir(join(import.meta.dirname, ".."));

const PARTS = ["check:eslint", "check:types", "check:format", "docs", "check:package"];
const began = performance.now();
const failed = [];
const waiting = [...PARTS];

await Promise.all(Array.from({ length: Math.min(PARTS.length, availableParallelism()) }, worker));
console.log(`check: ${failed.length === 0 ? "passed" : `failed: ${failed.join(", ")}`} (${seconds(began)})`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let part; (part = waiting.shift()) !== undefined;) {
    const since = performance.now();
    const { code, output } = await run(part);
    if (code !== 0) failed.push(part);
    console.log(`npm run ${part}: ${code === 0 ? "passed" : `FAILED\n${output}`} (${seconds(since)})`);
  }
}

function run(part) {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", part], { shell: process.platform === "win32" });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => output.push(bytes));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: Buffer.concat(output).toString() }));
  });
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
