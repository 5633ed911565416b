import { table } from "../cli.ts";
import type { AddCommand } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { choice, CLASSES, JSON_OPTION } from "../options.ts";
import type { DemoGuest } from "./guests.ts";

/** The demo command with these guests. The first is the default. */
export function addDemo(guests: readonly DemoGuest[]): AddCommand {
  const names = guests.map(({ name }) => name);
  const drivers = table(guests.map(({ name, about }) => [name, about]));
  return (cli) => {
    cli
      .add("demo", {
        summary: "boot a guest, inflate, deflate, compare what both sides say",
        details:
          "Boots a guest in v86 with a balloon attached, inflates, deflates, and compares what guest and host say.",
        examples: [
          ["", "the embedded guest"],
          ["--driver=buggy --class=never", "a device that must be told refuses this driver"],
          ["--driver=reverting --no-silent-bit", "a driver that uses the deflate queue after all"],
          ["--json", "for a program"],
        ],
      })
      .addHelpText("after", `\nDrivers:\n${drivers}`)
      .addOption(choice("--driver <NAME>", "the balloon driver in the guest", names).default(names[0]!))
      .addOption(
        choice("--class <CLASS>", "whether the device tolerates silent deflate", CLASSES).default("optional"),
      )
      .option("--no-silent-bit", "a device that tolerates it, but does not offer SILENT_DEFLATE")
      .addOption(JSON_OPTION)
      .action((options) =>
        cli.run(options, async (screen) => {
          const { driver, class: silentDeflate, silentBit: offersSilent } = options;
          const guest = guests.find(({ name }) => name === driver)!;
          const conclusion = await guest.play(screen, { silentDeflate, offersSilent });
          const exitCode = conclusion.agreed ? ExitCode.OK : ExitCode.FAILED;
          return { exitCode, result: { driver, class: silentDeflate, ...conclusion } };
        }),
      );
  };
}
