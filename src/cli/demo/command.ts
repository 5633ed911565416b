import type { AddCommand } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { choice, CLASSES, MIB, size, sizeText, wrong } from "../options.ts";
import { table } from "../terminal/table.ts";
import type { DemoGuest } from "./guests.ts";

const MEMORY = { least: 16 * MIB, most: 2048 * MIB };
const TARGET = { least: 4 * MIB, most: MEMORY.most };
/** What the guest itself keeps of its memory. */
const KEPT_BYTES = 8 * MIB;
/** The default target, as a share of memory: 20000 frames of 128 MiB. */
const SHARE = 20_000 / 32_768;

/** The demo command with these guests. The first is the default. */
export function addDemo(guests: readonly DemoGuest[]): AddCommand {
  const names = guests.map(({ name }) => name);
  const drivers = table(
    guests.map(({ name, about }) => [name, about]),
    "  ",
  );
  const memories = [...new Set(guests.map(({ memoryBytes }) => sizeText(memoryBytes)))].join(" or ");
  const takes = [...new Set(guests.map((guest) => guest.takes))].join("; ");
  return (cli) => {
    cli
      .add("demo", {
        summary: "boot a guest, inflate, deflate, compare what both sides say",
        details:
          "Boots a guest in v86 with a balloon attached, inflates, deflates, and compares what guest and host say.",
        examples: [
          ["", "the embedded guest"],
          ["--driver=buggy --class=never", "a device that must be told refuses this driver"],
          ["--driver=reverting --no-silent-bit", "a driver that falls back to the deflate queue"],
          ["--json", "for a program"],
        ],
      })
      .addHelpText("after", `\nDrivers:\n${drivers}`)
      .addOption(choice("--driver <NAME>", "the balloon driver in the guest", names).default(names[0]!))
      .addOption(
        choice("--class <CLASS>", "whether the device tolerates silent deflate", CLASSES).default("optional"),
      )
      .option("--no-silent-bit", "do not offer SILENT_DEFLATE, whatever the class")
      .addOption(size("--memory <SIZE>", `guest memory (default: ${memories})`, MEMORY))
      .addOption(size("--target <SIZE>", "how far to inflate (default: 61 % of the memory)", TARGET))
      .option("--cmdline <WORDS>", `words added to the guest's command line: ${takes}`)
      .action((options) =>
        cli.run(options, async (screen) => {
          const { driver, class: silentDeflate, silentBit: offersSilent, cmdline = "" } = options;
          const guest = guests.find(({ name }) => name === driver)!;
          const { memory: memoryBytes = guest.memoryBytes } = options;
          const usual = Math.min(Math.round((SHARE * memoryBytes) / 4096) * 4096, memoryBytes - KEPT_BYTES);
          const { target: bytes = usual } = options;
          const [memory, least] = [sizeText(memoryBytes), sizeText(guest.leastBytes)];
          if (memoryBytes < guest.leastBytes)
            wrong("--memory", `at least ${least} with --driver=${driver}`, memory);
          if (bytes > memoryBytes - KEPT_BYTES)
            wrong("--target", `at most ${sizeText(memoryBytes - KEPT_BYTES)} of ${memory}`, sizeText(bytes));
          const words = cmdline.split(" ").filter(Boolean);
          const settings = { silentDeflate, offersSilent, memoryBytes, target: bytes / 4096, words };
          const conclusion = await guest.play(screen, settings);
          const exitCode = conclusion.agreed ? ExitCode.OK : ExitCode.FAILED;
          return { exitCode, result: { driver, class: silentDeflate, ...conclusion } };
        }),
      );
  };
}
