import { Option } from "@commander-js/extra-typings";
import type { Cli } from "../cli.ts";
import { choice, CLASSES, wholeNumber } from "../options.ts";
import { driverOf } from "./drivers.ts";

/** The bit in the examples. It is in the range for devices, far from every known use. */
const SUGGESTED_BIT = 50;

export function addNegotiate(cli: Cli): void {
  cli
    .add("negotiate", {
      summary: "explain how a device answers the features a driver takes",
      details:
        "Explains the outcome for one device class and one driver, or prints the decision table: all of it, or the rows of a class or a driver. SILENT_DEFLATE was never standardised, so a device offers it only under a bit it was told.",
      examples: [
        ["", "the whole table"],
        ["--class=never --driver=none", "a driver that promises nothing, where memory is pinned"],
        ["--driver=will,silent", "the case that the proposal leaves open"],
      ],
    })
    .addOption(choice("--class <CLASS>", "whether the device tolerates silent deflate", CLASSES))
    .addOption(
      new Option("--driver <BITS>", "what the driver takes: will, silent, will,silent or none").argParser(
        driverOf,
      ),
    )
    .addOption(
      wholeNumber("--silent-bit <N>", "bit number of SILENT_DEFLATE, 17-23 or 50-127", {
        least: 17,
        most: 127,
      }).default(SUGGESTED_BIT),
    )
    .option("--legacy", "the driver uses the legacy interface: it cannot be refused")
    .action((options) =>
      cli.run(options, async (screen) => (await import("./negotiate.ts")).runNegotiate(screen, options)),
    );
}
