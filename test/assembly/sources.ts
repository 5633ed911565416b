import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A module of its own. */
const ZERO = "zero.ts";

/** The engine's AssemblyScript sources by their path from the root of the repository, such as `assembly/batch.ts`. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(): Sources {
  const files = readdirSync(join(ROOT, "assembly"), { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => name.endsWith(".ts") && name !== ZERO);
  const paths = sources.map((name) => `assembly/${name.replaceAll("\\", "/")}`);
  return new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

export function readConfig(): AscConfig {
  return JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8")) as AscConfig;
}

interface AscConfig {
  readonly options: Readonly<Record<string, unknown>>;
  readonly targets: Readonly<Record<string, unknown>>;
}

/** AssemblyScript is TypeScript to its parser. */
export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** A statement that imports `names` from the source `target` into `file`. It adds no line, so line numbers stay. */
export function importOf(names: readonly string[], target: string, file: string): string {
  const path = posix.relative(posix.dirname(file), target).replace(/\.ts$/, "");
  return `import { ${names.join(", ")} } from "${path.startsWith(".") ? path : `./${path}`}";`;
}
