import type { AddCommand } from "../../src/cli/cli.ts";
import { addBench } from "../../src/cli/bench/command.ts";
import { addDemo } from "../../src/cli/demo/command.ts";
import { TINY_DEMO_GUESTS } from "../../src/cli/demo/guests.ts";
import { addInspect } from "../../src/cli/inspect/command.ts";
import { addNegotiate } from "../../src/cli/negotiate/command.ts";
import { addRecord } from "../../src/cli/record/command.ts";
import { TINY_RECORD_GUESTS } from "../../src/cli/record/guests.ts";
import { addReplay } from "../../src/cli/replay/command.ts";
import { addReclaim } from "../reclaim/command.ts";
import { addTab } from "../tab/command.ts";
import { LINUX_DEMO_GUEST } from "./demo.ts";
import { LINUX_RECORD_GUEST } from "./record.ts";

/** The commands of a clone: those of the package, which can also boot Linux here, and two that need Linux. */
export const RIG_COMMANDS: readonly AddCommand[] = [
  addDemo([...TINY_DEMO_GUESTS, LINUX_DEMO_GUEST]),
  addReclaim,
  addTab,
  addRecord([...TINY_RECORD_GUESTS, LINUX_RECORD_GUEST]),
  addReplay,
  addInspect,
  addNegotiate,
  addBench,
];
