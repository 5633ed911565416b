import { command } from "../command.ts";
import type { Command } from "../command.ts";

export const inspect: Command = command({
  name: "inspect",
  summary: "show what a saved balloon holds: a device snapshot or a state of v86",
  details: `Shows features, queues, page set and locks in a snapshot of a balloon device, or in a state that v86's save_state
made of a machine with one, also when it is compressed with gzip or zstd; and which classes of device can go on with
it. SNAPSHOT may be - for standard input.`,
  operand: { name: "SNAPSHOT" },
  options: {},
  examples: [
    ["machine.v86state", "the balloon of a saved machine"],
    ["balloon.snapshot --json", "with every run of frames"],
  ],
  run: async ({ screen, operand }) => (await import("./inspect.ts")).runInspect(screen, operand),
});
