import { integer } from "../arguments.ts";
import { CLASSES } from "../choices.ts";
import { command } from "../command.ts";
import type { Command } from "../command.ts";

/** The bit the examples use: in the range for devices, far from every known claim. */
const SUGGESTED_BIT = 50;

export const negotiate: Command = command({
  name: "negotiate",
  summary: "explain what a device makes of the bits a driver takes",
  details: `Explains the outcome for one device class and one driver, or prints the decision table: all of it, or the rows of a
class or a driver. SILENT_DEFLATE was never standardised, so a device offers it only under a bit it was told.`,
  options: {
    class: { type: "string", oneOf: CLASSES, help: "whether the device tolerates silent deflate" },
    driver: {
      type: "string",
      value: "BITS",
      help: "what the driver takes: will, silent, will,silent or none",
    },
    "silent-bit": {
      type: "string",
      value: "N",
      help: `number of SILENT_DEFLATE, 17-23 or 50-127 (default ${SUGGESTED_BIT})`,
    },
    legacy: { type: "boolean", help: "the driver uses the legacy interface: it cannot be refused" },
  },
  examples: [
    ["", "the whole table"],
    ["--class=never --driver=none", "a driver that promises nothing, where memory is pinned"],
    ["--driver=will,silent", "the cell the proposal leaves open"],
  ],
  run: async ({ screen, values }) => {
    const { class: deviceClass, driver, legacy = false } = values;
    const { runNegotiate } = await import("./negotiate.ts");
    const silentBit = integer("--silent-bit", values["silent-bit"], {
      least: 17,
      most: 127,
      otherwise: SUGGESTED_BIT,
    });
    return runNegotiate(screen, { deviceClass, driver, silentBit, legacy });
  },
});
