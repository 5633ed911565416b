// Makes `npm start` and `npm test` work on a fresh clone: installs and builds what is missing or older than its
// sources. Uses only Node, because nothing else may be installed yet.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

process.chdir(join(import.meta.dirname, ".."));

const modified = (path) => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== "generated");
  return Math.max(stat.mtimeMs, ...inside.map((name) => modified(join(path, name))));
};

const run = (...args) => {
  console.error(`> npm ${args.join(" ")}`);
  execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
};

const installed = modified("node_modules/.package-lock.json");
if (installed === 0 || installed < modified("package-lock.json")) run("ci", "--no-audit", "--no-fund");

const sources = [
  "assembly",
  "src",
  "rig",
  "scripts",
  "asconfig.json",
  "asconfig.zero.json",
  "rolldown.config.js",
  "tsconfig.json",
  "tsconfig.build.json",
  "tsconfig.programs.json",
  "package.json",
];
const built = Math.min(modified("dist/.stamp"), modified("build/.stamp"));
if (built < Math.max(...sources.map(modified))) run("run", "build");
