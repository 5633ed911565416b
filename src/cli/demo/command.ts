import { command } from "../command.ts";
import type { Command } from "../command.ts";
import { CLASSES, GUESTS } from "../choices.ts";

export const demo: Command = command({
  name: "demo",
  summary: "boot a guest with a balloon, inflate, deflate, compare what both sides say",
  details: `Boots a guest in v86 with a balloon attached, inflates, deflates, and compares what guest and host say.

Drivers:
  polite     takes WILL_TELL_HOST and waits for every acknowledgement
  silent     takes SILENT_DEFLATE and reuses pages before it tells
  refusing   needs SILENT_DEFLATE, and does not start where it is not offered
  reverting  takes SILENT_DEFLATE if it is offered, otherwise keeps to WILL_TELL_HOST
  buggy      takes neither bit and reuses pages before it tells
  hostile    sends bad PFNs and broken descriptor chains
  linux      a real Linux kernel from Debian's packages (needs apt-get, and the network once)`,
  options: {
    driver: { type: "string", oneOf: GUESTS, help: "who drives the balloon in the guest (default polite)" },
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
    ["--driver=linux", "Debian's kernel"],
    ["--json", "for a program"],
  ],
  run: async ({ screen, values }) => {
    const { driver = "polite", class: silentDeflate = "optional", "no-silent-bit": noBit = false } = values;
    return (await import("./demo.ts")).runDemo(screen, driver, { silentDeflate, offersSilent: !noBit });
  },
});
