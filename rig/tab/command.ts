import type { Cli } from "../../src/cli/cli.ts";
import { choice, wholeNumber } from "../../src/cli/options.ts";
import { BROWSER_NAMES } from "../browser/find.ts";
import { PART_NAMES } from "./parts.ts";

const RUNS = 3;

export function addTab(cli: Cli): void {
  cli
    .add("tab", {
      summary: "measure what a browser's tab takes, and gives back",
      details:
        "Runs the embedded guest and Linux in pages of Chromium and Firefox, and reads from outside what the tab's process takes: as it is, and after a garbage collection. Times what compacting, saving and restoring take, against v86 itself. Needs Linux with /proc, and skips a browser that is not installed.",
      examples: [
        ["", "the whole table; takes a quarter of an hour, and wants the machine for itself"],
        ["--browser=firefox --only=embedded --runs=1", "one row, in a minute"],
        ["--json", "for a program"],
      ],
    })
    .addOption(choice("--browser <NAME>", `one of ${BROWSER_NAMES.join(", ")}: both`, BROWSER_NAMES))
    .addOption(choice("--only <PART>", `one of ${PART_NAMES.join(", ")}: all of them`, PART_NAMES))
    .addOption(wholeNumber("--runs <N>", `runs, of which the medians count: ${RUNS}`, { least: 1, most: 99 }))
    .action(({ browser, only, runs = RUNS, ...options }) =>
      cli.run(options, async (screen) =>
        (await import("./tab.ts")).runTab(screen, {
          browsers: browser === undefined ? BROWSER_NAMES : [browser],
          parts: only === undefined ? PART_NAMES : [only],
          runs,
        }),
      ),
    );
}
