import type { Command } from "./command.ts";
import { bench } from "./bench/command.ts";
import { completion } from "./completion/command.ts";
import { demo } from "./demo/command.ts";
import { inspect } from "./inspect/command.ts";
import { negotiate } from "./negotiate/command.ts";
import { reclaim } from "./reclaim/command.ts";
import { record } from "./record/command.ts";
import { replay } from "./replay/command.ts";

/** In the order of the help. What a command needs beyond its description, it loads when it is run. */
export const COMMANDS: readonly Command[] = [
  demo,
  reclaim,
  record,
  replay,
  inspect,
  negotiate,
  bench,
  completion,
];
