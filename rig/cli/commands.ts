import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { demoCommand } from "../../src/cli/demo/command.ts";
import { TINY_DEMO_GUESTS } from "../../src/cli/demo/guests.ts";
import { recordCommand } from "../../src/cli/record/command.ts";
import { TINY_RECORD_GUESTS } from "../../src/cli/record/guests.ts";
import { reclaim } from "../reclaim/command.ts";
import { LINUX_DEMO_GUEST } from "./demo.ts";
import { LINUX_RECORD_GUEST } from "./record.ts";

const own: readonly Command[] = [
  demoCommand([...TINY_DEMO_GUESTS, LINUX_DEMO_GUEST]),
  recordCommand([...TINY_RECORD_GUESTS, LINUX_RECORD_GUEST]),
  reclaim,
];
const names = new Set(own.map(({ name }) => name));

/** The commands of a clone: those of the package, with Linux where they boot a guest, and those that need Linux. */
export const RIG_COMMANDS: readonly Command[] = [...own, ...COMMANDS.filter(({ name }) => !names.has(name))];
