// The mutants of assembly/: vitest runs the tracker's tests on each of them, in three processes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markFault } from "./name.mjs";

const CONFIG = join(import.meta.dirname, "vitest.assembly.ts");
const PARTS = [
  { target: "simd", part: 0, parts: 2 },
  { target: "simd", part: 1, parts: 2 },
  { target: "plain", part: 0, parts: 1 },
];

/** @returns {Promise<{ file: string, name: string, outcome: string }[]>} */
export async function mutateAssembly({ sample, seed }) {
  const parts = PARTS.map((part) => ({ ...part, sample, seed, out: outOf(part) }));
  const codes = await Promise.all(parts.map(run));
  if (codes.some((code) => code !== 0)) throw new Error(`vitest: exit codes ${codes.join(", ")}`);
  return parts.flatMap(({ out }) => readOutcomes(out));
}

function outOf({ target, part }) {
  return `.cache/mutation/assembly-${target}-${part}.jsonl`;
}

async function run(part) {
  const env = { ...process.env, BALLONET_MUTATE: JSON.stringify(part) };
  const args = ["vitest", "run", "--config", CONFIG];
  const vitest = spawn("npx", args, { env, stdio: "inherit", shell: process.platform === "win32" });
  const [code] = await once(vitest, "exit");
  return code;
}

function readOutcomes(path) {
  const lines = readFileSync(path, "utf8").trim().split("\n").filter(Boolean);
  return lines.map((line) => {
    const { file, start, end, replacement, outcome } = JSON.parse(line);
    return { file, name: markFault(readFileSync(file, "utf8"), start, end, replacement), outcome };
  });
}
