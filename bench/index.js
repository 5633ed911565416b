// Run with `npm run bench`, which installs and builds what is missing.
import { measure } from "./harness/measure.js";
import { HELP, readOptions } from "./harness/options.js";
import { writeReport } from "./harness/report.js";
import { tableRow, verdict } from "./harness/table.js";
import { rows } from "./suites/index.js";

const TRIES = 3;

const { check, effort, help, list, report, wants } = readOptions(process.argv.slice(2));
const chosen = rows.filter(wants);
if (help) console.log(HELP);
else if (list) for (const { id } of chosen) console.log(id);
else await bench();

async function bench() {
  const results = [];
  for (const [i, row] of chosen.entries()) {
    console.error(`${i + 1}/${chosen.length} ${row.id}`);
    results.push(await measured(row));
  }
  console.table(Object.fromEntries(results.map(tableRow).map(({ row, ...cells }) => [row, cells])));
  console.log(`The report is ${writeReport(report, results, effort)}`);
  if (check) failFor(results.filter((result) => verdict(result) === "FAILED"));
}

/** With --check, what falls short while the core was shared is measured again. */
async function measured(row) {
  let result = await measure(row, effort);
  for (let tries = 1; check && tries < TRIES && fellShort(result); tries++)
    result = await measure(row, effort);
  return result;
}

const fellShort = (result) => result.disturbed && verdict(result) === "FAILED";

function failFor(failed) {
  if (failed.length === 0) return;
  console.error(`below what they must reach: ${failed.map(({ id }) => id).join(", ")}`);
  process.exitCode = 1;
}
