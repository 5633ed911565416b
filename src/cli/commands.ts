import type { Command } from "./command.ts";
import { bench } from "./bench/command.ts";
import { completion } from "./completion/command.ts";
import { demoCommand } from "./demo/command.ts";
import { TINY_DEMO_GUESTS } from "./demo/guests.ts";
import { inspect } from "./inspect/command.ts";
import { negotiate } from "./negotiate/command.ts";
import { recordCommand } from "./record/command.ts";
import { TINY_RECORD_GUESTS } from "./record/guests.ts";
import { replay } from "./replay/command.ts";

/** In the order of the help. What a command needs beyond its description, it loads when it is run. */
export const COMMANDS: readonly Command[] = [
  demoCommand(TINY_DEMO_GUESTS),
  recordCommand(TINY_RECORD_GUESTS),
  replay,
  inspect,
  negotiate,
  bench,
  completion,
];
