import type { Cli } from "../../src/cli/cli.ts";
import { orUnavailable } from "../cli/unavailable.ts";

export function addReclaim(cli: Cli): void {
  cli
    .add("reclaim", {
      summary: "measure what goes back to the operating system",
      details:
        "Boots a Linux guest with 512 MiB and shows how much memory of this process goes back to the operating system when the guest's balloon is inflated. Needs Linux and koffi (npm install koffi).",
      examples: [
        ["", "the measurement"],
        ["--json", "for a program"],
      ],
    })
    .action((options) =>
      cli.run(options, async (screen) => orUnavailable((await import("./reclaim.ts")).runReclaim(screen))),
    );
}
