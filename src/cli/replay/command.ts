import { command } from "../command.ts";
import type { Command } from "../command.ts";

export const replay: Command = command({
  name: "replay",
  summary: "feed recorded balloon traffic to a tracker or to a whole device",
  details: `Replays a trace (.vbtr) into a page tracker, shows which memory is in the balloon at the end, and how fast that went.
With --device, the trace goes through descriptor rings to a balloon device, which judges its driver as well.
TRACE may be - for standard input.`,
  operand: { name: "TRACE" },
  options: {
    device: { type: "boolean", help: "through rings and a whole device" },
  },
  examples: [
    ["balloon.vbtr", "what ballonet record has written"],
    ["balloon.vbtr --device", "whether its driver keeps the rules"],
  ],
  run: async ({ screen, operand, values: { device = false } }) =>
    (await import("./replay.ts")).runReplay(screen, operand, device),
});
