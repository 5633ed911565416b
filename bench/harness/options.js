import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Suites are short, because under load only their median can be trusted. Slow rows have few. */
const QUICK = { processes: 1, suites: 5, slowSuites: 5, patience: 2, seconds: 0.005 };
/** Does a row run at all? */
const LEAST = { processes: 1, suites: 1, slowSuites: 1, patience: 1, seconds: 0.001 };
/** V8 places code differently in every process, which moves short and random patterns by up to a fifth. */
const FULL = { processes: 3, suites: 15, slowSuites: 5, patience: 4, seconds: 0.03 };

/** The only folder whose report is replaced without asking. */
export const REPORT = fileURLToPath(new URL("../report", import.meta.url));

export const HELP = `npm run bench -- [--quick | --least] [--check] [--only=<text>[,<text>...]] [--report=<folder>] [--force] [--list]

  --quick   less than two minutes: shorter, one process a row, and without rows that are slow or have no goal
  --least   as short as can be, to see that rows run; what they print means nothing
  --check   exits with 1 and names the rows that fall short, three times if others used the core meanwhile
  --only    rows with one of the texts in their name, for example --only=accounting-kernel,npm-copied/short
  --report  where to write results.json, table.md and index.html: bench/report
  --force   writes over files of another folder than bench/report
  --list    the names of the rows, and nothing else`;

/** What the command line asks for. `wants` says of a row whether it is to be measured. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      least: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      only: { type: "string", default: "" },
      report: { type: "string", default: REPORT },
    },
  });
  const { quick, least, only } = values;
  const texts = only.split(",");
  const inQuick = ({ slow = false, must, atMost }) => !slow && (must ?? atMost) !== undefined;
  const wants = (row) =>
    texts.some((text) => row.id.includes(text)) && (!quick || only !== "" || inQuick(row));
  return { ...values, wants, effort: least ? LEAST : quick ? QUICK : FULL };
}
