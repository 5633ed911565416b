// Makes dist/cjs a CommonJS folder, and gives the modules the types of that folder. A module may take its types from
// CommonJS but not the other way round, so one copy of the types is enough for both.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

process.chdir(join(import.meta.dirname, "../dist"));

writeFileSync("cjs/package.json", '{ "type": "commonjs" }\n');
for (const name of readdirSync("cjs/entries").filter((file) => file.endsWith(".js")))
  writeFileSync(`entries/${name.replace(/\.js$/, ".d.ts")}`, `export * from "../cjs/entries/${name}";\n`);
