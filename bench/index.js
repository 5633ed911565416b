// Run with `npm run bench`, which installs and builds what is missing.
import { HELP, readOptions } from "./harness/options.js";

const TRIES = 3;

async function main() {
  const options = optionsOrExit();
  if (options.help) return console.log(HELP);
  // Imported only now: they need a build.
  const { rows } = await import("./suites/index.js");
  const chosen = rows.filter(options.wants);
  if (chosen.length === 0) return misused(`no row has "${options.only}" in its name: --list shows them`);
  if (options.list) return chosen.forEach(({ id }) => console.log(id));
  return bench(chosen, options);
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    misused(error.message);
    process.exit();
  }
}

function misused(message) {
  console.error(`bench: ${message}`);
  process.exitCode = 2;
}

async function bench(chosen, { check, effort, force, report }) {
  const { checkReport, writeReport } = await import("./harness/report.js");
  const { tableRow, outcome } = await import("./harness/table.js");
  const refusal = checkReport(report, force);
  if (refusal !== undefined) return misused(refusal);
  const results = [];
  for (const [i, row] of chosen.entries()) {
    console.error(`${i + 1}/${chosen.length} ${row.id}`);
    results.push(await measured(row, check, effort));
  }
  console.table(Object.fromEntries(results.map(tableRow).map(({ row, ...cells }) => [row, cells])));
  console.log(`The report is ${writeReport(report, results, effort)}`);
  if (check) failFor(results.filter((result) => outcome(result) === "FAILED"));
}

/** With --check, rows that fall short while the core was shared are measured again. */
async function measured(row, check, effort) {
  const { measure } = await import("./harness/measure.js");
  const { outcome } = await import("./harness/table.js");
  const fellShort = (result) => result.disturbed && outcome(result) === "FAILED";
  let result = await measure(row, effort);
  for (let tries = 1; check && tries < TRIES && fellShort(result); tries++)
    result = await measure(row, effort);
  return result;
}

function failFor(failed) {
  if (failed.length === 0) return;
  console.error(`below what they must reach: ${failed.map(({ id }) => id).join(", ")}`);
  process.exitCode = 1;
}

await main();
