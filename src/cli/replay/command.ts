import type { Cli } from "../cli.ts";

export function addReplay(cli: Cli): void {
  cli
    .add("replay", {
      summary: "feed a trace to a tracker or to a whole device",
      details:
        "Replays a trace (.vbtr) into a page tracker, shows which memory is in the balloon at the end, and how fast that went. With --device, the trace goes through descriptor rings to a balloon device, which also says what its driver did wrong. TRACE may be - for standard input.",
      examples: [
        ["balloon.vbtr", "what ballonet record has written"],
        ["balloon.vbtr --device", "whether its driver keeps the rules"],
      ],
    })
    .argument("<TRACE>")
    .option("--device", "send the trace through rings to a whole device")
    .action((path, options) =>
      cli.run(options, async (screen) =>
        (await import("./replay.ts")).runReplay(screen, path, options.device ?? false),
      ),
    );
}
