import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { page } from "./page.js";
import { markdownTable } from "./table.js";

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
  writeFileSync(join(folder, "results.json"), JSON.stringify(report, null, 1));
  writeFileSync(join(folder, "table.md"), markdownTable(results));
  writeFileSync(join(folder, "index.html"), page(report));
  return join(folder, "index.html");
}
