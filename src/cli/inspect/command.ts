import type { Cli } from "../cli.ts";

export function addInspect(cli: Cli): void {
  cli
    .add("inspect", {
      summary: "check a device snapshot or a saved state of v86",
      details:
        "Shows features, queues, page set and locks in a snapshot of a balloon device, or in a state that v86's save_state made of a machine with one, and which classes of device can go on with it. Says what is wrong when no device can. SNAPSHOT may be compressed with gzip, and a state of v86 with zstd; - stands for standard input.",
      examples: [
        ["machine.v86state", "the balloon of a saved machine"],
        ["balloon.snapshot --json", "with every run of frames"],
      ],
    })
    .argument("<SNAPSHOT>")
    .action((path, options) =>
      cli.run(options, async (screen) => (await import("./inspect.ts")).runInspect(screen, path)),
    );
}
