// Deletes what a build writes and the package does not need: declarations that no entry reaches, since the types of what
// is internal are not published, and maps of files whose sources are not published.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

process.chdir(join(import.meta.dirname, "../dist"));

const endingIn = (end, folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith(end));

const reached = new Set();

function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, name] of readFileSync(file, "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)\.[jt]s"/g)) {
    reach(join(dirname(file), `${name}.d.ts`));
  }
}

for (const name of endingIn(".d.ts", "cjs/entries")) reach(name);
for (const name of endingIn(".d.ts", "cjs")) {
  if (reached.has(name)) continue;
  rmSync(name);
  rmSync(`${name}.map`);
}

/** The command's own files, and other libraries. */
const UNPUBLISHED = /\/(src\/(cli|guest)|node_modules)\//;

for (const name of endingIn(".js.map", ".")) {
  if (!JSON.parse(readFileSync(name, "utf8")).sources.some((source) => UNPUBLISHED.test(source))) continue;
  const file = name.replace(/\.map$/, "");
  rmSync(name);
  writeFileSync(file, readFileSync(file, "utf8").replace(/\n\/\/# sourceMappingURL=.*\n?$/, ""));
}
