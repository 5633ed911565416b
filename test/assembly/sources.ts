import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** AssemblyScript sources by their path from the root of the repository, as `assembly/batch.ts`. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(): Sources {
  const files = readdirSync(join(ROOT, "assembly"), { recursive: true, encoding: "utf8" });
  const paths = files.filter((name) => name.endsWith(".ts")).map((name) => `assembly/${name.replaceAll("\\", "/")}`);
  return new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

export function readConfig(): AscConfig {
  return JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8")) as AscConfig;
}

interface AscConfig {
  readonly options: Readonly<Record<string, unknown>>;
  readonly targets: Readonly<Record<string, unknown>>;
}
