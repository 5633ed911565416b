import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { REPORT } from "./options.js";
import { page } from "./page.js";
import { markdownTable } from "./table.js";

const FILES = { data: "results.json", table: "table.md", page: "index.html" };

/** Why the report must not be written to this folder, if so: other files may have the same names. */
export function checkReport(folder, force) {
  if (force || resolve(folder) === resolve(REPORT)) return undefined;
  const found = Object.values(FILES).filter((name) => existsSync(join(folder, name)));
  if (found.length === 0) return undefined;
  return `${folder} has ${found.join(", ")} already: name another folder with --report, or add --force`;
}

/** Writes under another name first, so that nobody finds half a file. */
function writeWhole(path, text) {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Writes results.json, table.md and index.html to the folder; returns where the page is. */
export function writeReport(folder, results, effort) {
  const report = {
    machine: `${cpus().length} x ${cpus()[0].model.trim()}`,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    effort,
    results,
  };
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, FILES.data), JSON.stringify(report, null, 1));
  writeWhole(join(folder, FILES.table), markdownTable(results));
  writeWhole(join(folder, FILES.page), page(report));
  return join(folder, FILES.page);
}
