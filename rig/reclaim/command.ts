import { command } from "../../src/cli/command.ts";
import type { Command } from "../../src/cli/command.ts";

export const reclaim: Command = command({
  name: "reclaim",
  summary: "measure how much of a guest's memory goes back to the operating system",
  details: `Boots a Linux guest with 512 MiB and shows how much memory of this process goes back to the operating system when
the guest's balloon is inflated. Needs Linux and koffi (npm install koffi).`,
  options: {},
  examples: [
    ["", "the measurement"],
    ["--json", "for a program"],
  ],
  run: async ({ screen }) => (await import("./reclaim.ts")).runReclaim(screen),
});
