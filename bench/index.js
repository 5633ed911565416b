// Run with `npm run bench`, which installs and builds what is missing.
import { measure } from "./harness/measure.js";
import { readOptions } from "./harness/options.js";
import { tableRow, verdict } from "./harness/table.js";
import { rows } from "./suites/index.js";

const { check, effort, help, helpText, list, only, quick } = readOptions(process.argv.slice(2));
const chosen = rows.filter(({ id, slow }) => only.some((text) => id.includes(text)) && !(quick && slow));
if (help) console.log(helpText);
else if (list) for (const { id } of chosen) console.log(id);
else await bench();

async function bench() {
  const results = [];
  for (const row of chosen) {
    console.error(`measuring ${row.id}`);
    results.push(await measure(row, effort));
  }
  console.table(results.map(tableRow));
  const failed = results.filter((result) => verdict(result) === "FAILED").map(({ id }) => id);
  if (check && failed.length > 0) {
    console.error(`below what they must reach: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
}
