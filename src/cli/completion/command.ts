import { command } from "../command.ts";
import type { Command } from "../command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

export const completion: Command = command({
  name: "completion",
  summary: "print a completion script for a shell",
  details: `Prints a script that completes commands, options and their values. Shells: bash, zsh, fish.`,
  operand: { name: "SHELL", oneOf: SHELLS },
  options: {},
  examples: [
    ["bash", "source <(ballonet completion bash)"],
    ["zsh", "source <(ballonet completion zsh)"],
    ["fish", "ballonet completion fish | source"],
  ],
  run: async ({ screen, operand }) => (await import("./completion.ts")).runCompletion(screen, operand),
});
