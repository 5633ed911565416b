import { parseArgs } from "node:util";

/** Suites are short and many: under load it is their median that can be trusted. */
const QUICK = { processes: 1, suites: 5, seconds: 0.04 };
/** V8 places code differently in every process, which moves short and random patterns by up to a fifth. */
const FULL = { processes: 3, suites: 5, seconds: 0.15 };

const HELP = `npm run bench -- [--quick] [--check] [--only=<text>[,<text>...]]

  --quick   less than two minutes; for a first look
  --check   exits with 1 and names the rows that fall short
  --only    rows with one of the texts in their name, for example --only=accounting-kernel,npm/short
  --list    the names of the rows`;

/** @returns what the command line asks for; `undefined` after it has printed the help. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  return { ...values, only: values.only.split(","), effort: values.quick ? QUICK : FULL, helpText: HELP };
}
