import type { Cli } from "../cli.ts";
import { JSON_OPTION } from "../options.ts";

export function addBench(cli: Cli): void {
  cli
    .add("bench", {
      summary: "measure the page tracker on this machine, in a few seconds",
      details:
        "Inflates and deflates batches of 256 PFNs on 4 GiB of guest memory: one long run, short runs, and single frames in random order. Shows the tracker, also with the changed runs listed, beside a naive bitmap in JavaScript. The benchmarks against other libraries and native code are in the repository: npm run bench.",
      examples: [["", "takes about 6 s"]],
    })
    .addOption(JSON_OPTION)
    .action((options) => cli.run(options, async (screen) => (await import("./bench.ts")).runBench(screen)));
}
