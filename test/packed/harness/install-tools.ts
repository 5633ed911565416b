import { statSync } from "node:fs";
import { npm } from "./npm.ts";

const FOLDER = "test/packed/tools";

/**
 * Installs what ../tools/package.json names, if it is missing or older than its lock file. Returns why it cannot be
 * installed here, or an empty string. With `BALLONET_REQUIRE_RUNTIMES=1`, that is an error.
 */
export function installTools(): string {
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return "";
  console.warn("> npm ci in test/packed/tools: runtimes, bundlers and compilers, some 380 MB");
  try {
    // Their scripts would download what the registry also has as packages.
    npm(FOLDER, "ci", "--ignore-scripts", "--fetch-retries=1");
    return "";
  } catch (error) {
    if (process.env.BALLONET_REQUIRE_RUNTIMES === "1") throw error;
    const reason = `npm ci failed in ${FOLDER}`;
    console.warn(`SKIPPED: tests with other runtimes, bundlers and compilers. ${reason}`);
    return reason;
  }
}

function modified(name: string): number {
  return statSync(`${FOLDER}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
