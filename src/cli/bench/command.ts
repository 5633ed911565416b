import { command } from "../command.ts";
import type { Command } from "../command.ts";

export const bench: Command = command({
  name: "bench",
  summary: "measure the page tracker on this machine, in a few seconds",
  details: `Inflates and deflates batches of 256 PFNs on 4 GiB of guest memory: one long run, short runs, and single frames in
random order. Shows the tracker, also with the changed runs listed, beside a naive bitmap in JavaScript.
The benchmarks against other libraries and native code are in the repository: npm run bench.`,
  options: {},
  examples: [["", "takes about 6 s"]],
  run: async ({ screen }) => (await import("./bench.ts")).runBench(screen),
});
