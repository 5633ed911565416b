// Deletes the declarations in dist/cjs that no entry reaches: the types of what is internal are not published.
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

process.chdir(join(import.meta.dirname, "../dist/cjs"));

const reached = new Set();

function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, name] of readFileSync(file, "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)\.[jt]s"/g)) {
    reach(join(dirname(file), `${name}.d.ts`));
  }
}

const declarations = readdirSync(".", { recursive: true }).filter((name) => name.endsWith(".d.ts"));
for (const name of declarations) if (dirname(name) === "entries") reach(name);
for (const name of declarations) if (!reached.has(name)) rmSync(name);
