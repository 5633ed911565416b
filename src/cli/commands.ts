import { addBench } from "./bench/command.ts";
import type { AddCommand } from "./cli.ts";
import { addDemo } from "./demo/command.ts";
import { TINY_DEMO_GUESTS } from "./demo/guests.ts";
import { addInspect } from "./inspect/command.ts";
import { addNegotiate } from "./negotiate/command.ts";
import { addRecord } from "./record/command.ts";
import { TINY_RECORD_GUESTS } from "./record/guests.ts";
import { addReplay } from "./replay/command.ts";

/** The commands in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [
  addDemo(TINY_DEMO_GUESTS),
  addRecord(TINY_RECORD_GUESTS),
  addReplay,
  addInspect,
  addNegotiate,
  addBench,
];
