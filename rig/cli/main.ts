// The command line of a clone: `ballonet` with Linux guests.
import { main } from "../../src/cli/main.ts";
import { RIG_COMMANDS } from "./commands.ts";

process.exitCode = await main(process.argv.slice(2), RIG_COMMANDS);
