// Packs the existing build once, without building it again, and runs two tools on the package.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

process.chdir(join(import.meta.dirname, ".."));

const folder = mkdtempSync(join(tmpdir(), "ballonet-pack-"));
const run = (...command) => {
  execFileSync(command[0], command.slice(1), { stdio: "inherit", shell: process.platform === "win32" });
};
try {
  run("npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder);
  const packed = join(folder, readdirSync(folder)[0]);
  run("npx", "publint", "--strict", packed);
  const modules = ["engine.wasm", "engine-plain.wasm"];
  run("npx", "attw", packed, "--profile", "node16", "--exclude-entrypoints", ...modules);
} finally {
  rmSync(folder, { recursive: true });
}
