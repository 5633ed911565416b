import { Option } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";

export function addBench(cli: Cli): void {
  cli
    .add("bench", {
      summary: "measure the page tracker and the device on this machine",
      details:
        "Inflates and deflates batches of 256 PFNs on 4 GiB of guest memory: one long run, short runs, and single frames in random order. Shows the tracker, the tracker with the changed runs listed, and a whole device with its rings, beside a naive bitmap in JavaScript. The benchmarks against other libraries and native code are in the repository: npm run bench.",
      examples: [
        ["", "takes about 8 s"],
        ["--csv", "a line for each row, with the machine"],
      ],
    })
    .addOption(new Option("--csv", "print comma-separated values instead of text").conflicts("json"))
    .action((options) =>
      cli.run(options, async (screen) => (await import("./bench.ts")).runBench(screen, options.csv)),
    );
}
