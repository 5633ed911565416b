// Makes `npm run bench` work on a fresh clone. The peers are a separate package, so that nobody else has to install
// them. Peers that do not build on this machine are optional and left out.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

const bench = join(import.meta.dirname, "../bench");

const modified = (name) => statSync(join(bench, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.error("> npm ci --prefix bench");
  const args = ["ci", "--prefix", bench, "--no-audit", "--no-fund"];
  execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
}
