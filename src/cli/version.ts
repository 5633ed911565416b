import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../guest/package-root.ts";

/** The version of this package. */
export function packageVersion(): string {
  const manifest = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
