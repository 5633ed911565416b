// StrykerJS for a folder of src/. It is a separate package (node_modules here), installed only when somebody runs it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markFault } from "./name.mjs";

const here = import.meta.dirname;
const REPORT = ".cache/mutation/stryker.json";
const OUTCOMES = { Killed: "killed", Timeout: "killed", Survived: "survived", NoCoverage: "survived" };

/** @returns {{ file: string, name: string, outcome: string }[]} */
export function mutateTypeScript(folder) {
  install();
  const args = ["run", join(here, "stryker.conf.json"), "--mutate", `src/${folder}/**/*.ts`];
  const env = { ...process.env, BALLONET_MUTATE_TESTS: folder };
  const { status } = spawnSync(join(here, "node_modules/.bin/stryker"), args, { env, stdio: "inherit" });
  if (status !== 0) throw new Error(`stryker: exit code ${status}`);
  const { files } = JSON.parse(readFileSync(REPORT, "utf8"));
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status in OUTCOMES)
      .map((mutant) => ({ file, name: nameOf(source, mutant), outcome: OUTCOMES[mutant.status] })),
  );
}

function install() {
  if (existsSync(join(here, "node_modules/.package-lock.json"))) return;
  console.error(`> npm ci --prefix ${here}`);
  execFileSync("npm", ["ci", "--prefix", here, "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

function nameOf(source, { location: { start, end }, replacement }) {
  return markFault(source, offsetOf(source, start), offsetOf(source, end), replacement);
}

/** Lines and columns count from 1. */
function offsetOf(source, { line, column }) {
  const lines = source.split("\n").slice(0, line - 1);
  return lines.reduce((offset, text) => offset + text.length + 1, 0) + column - 1;
}
