import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replay } from "./run.ts";
import type { Failure } from "./run.ts";
import { shrink } from "./shrink.ts";
import type { FuzzCase } from "./step.ts";

const FOLDER = "test/fuzz/seeds";

/** Shrinks a failure and keeps it, for every later test run. Returns the name of its file. */
export function saveFailure({ found }: Failure): string {
  const smallest = JSON.stringify(
    shrink(found, (smaller) => replay(smaller) !== undefined),
    undefined,
    2,
  );
  const name = createHash("sha256").update(smallest).digest("hex").slice(0, 12);
  const path = join(FOLDER, `${name}.json`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, `${smallest}\n`);
  return path;
}

/** Every case that was kept, by file name. */
export function savedCases(): [name: string, found: FuzzCase][] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as FuzzCase]);
}
