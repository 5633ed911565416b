import { command } from "../command.ts";
import type { Command } from "../command.ts";
import { CLASSES } from "../choices.ts";
import type { DemoGuest } from "./guests.ts";

/** The demo with these guests; the first is the default. */
export const demoCommand = (guests: readonly DemoGuest[]): Command =>
  command({
    name: "demo",
    summary: "boot a guest with a balloon, inflate, deflate, compare what both sides say",
    details: `Boots a guest in v86 with a balloon attached, inflates, deflates, and compares what guest and host say.

Drivers:
${guests.map(({ name, about }) => `  ${name.padEnd(9)}  ${about}`).join("\n")}`,
    options: {
      driver: {
        type: "string",
        oneOf: guests.map(({ name }) => name),
        help: "who drives the balloon in the guest (default polite)",
      },
      class: {
        type: "string",
        oneOf: CLASSES,
        help: "whether the device tolerates silent deflate (default optional)",
      },
      "no-silent-bit": {
        type: "boolean",
        help: "a device that tolerates it, but does not offer SILENT_DEFLATE",
      },
    },
    examples: [
      ["", "the embedded guest"],
      ["--driver=buggy --class=never", "a device that must be told refuses this driver"],
      ["--driver=reverting --no-silent-bit", "a driver that uses the deflate queue after all"],
      ["--json", "for a program"],
    ],
    run: async ({ screen, values }) => {
      const { driver = "polite", class: silentDeflate = "optional", "no-silent-bit": noBit = false } = values;
      const guest = guests.find(({ name }) => name === driver)!;
      return (await import("./demo.ts")).runDemo(screen, guest, { silentDeflate, offersSilent: !noBit });
    },
  });
