// Runs a program of this repository, with what it needs: node scripts/run.mjs <file> [argument...]. Installs and builds
// what is missing, except when the program only prints its options.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
/** Requests for text need no peers to compare with; names of benchmarks do need a build. */
const WORDS = ["--help", "-h"];
const NAMES = "--list";
/** The programs among the tests. */
const COMPILE = ["node_modules/typescript-7/bin/tsc", "-p", "tsconfig.programs.json"];

const [file, ...args] = process.argv.slice(2);
process.chdir(ROOT);
if (!args.some((arg) => WORDS.includes(arg))) await prepare();
// The command only starts what is built.
const source = file === "bin/ballonet.js" ? "dist/cli/main.js" : file;
if (existsSync(source)) run();
else
  console.log(
    `There is no ${source} yet, which knows its options. To install and build: npm ci && npm run build`,
  );

async function prepare() {
  await import("./ensure.mjs");
  if (file.startsWith("build/")) execFileSync(process.execPath, COMPILE, { stdio: "inherit" });
  if (file.startsWith("bench/") && !args.includes(NAMES)) await import("./ensure-bench.mjs");
}

function run() {
  const { status } = spawnSync(process.execPath, [file, ...args], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
