import type { AddCommand } from "../cli.ts";
import { UsageError } from "../errors.ts";
import { choice, MIB, size, wholeNumber } from "../options.ts";
import type { RecordGuest } from "./guests.ts";

const TARGET = { least: MIB, most: 4096 * MIB };
const SECONDS = { least: 0, most: 86_400 };
/** The default command line of the user's own kernel. */
const CMDLINE = "console=ttyS0";

/** The record command for these guests, or for the user's own kernel. The first guest is the default. */
export function addRecord(guests: readonly RecordGuest[]): AddCommand {
  const names = guests.map(({ name }) => name);
  return (cli) => {
    cli
      .add("record", {
        summary: "record what the balloon driver of a guest says, as a trace",
        details:
          "Boots a guest in v86, has it fill its balloon and empty it again, and writes what its driver said to a trace that replay understands. With --kernel it boots your own kernel, which must have a virtio balloon driver built in or load it from the initrd.",
        examples: [
          ["--out=polite.vbtr", "the embedded guest"],
          ["--kernel=vmlinuz --initrd=initrd.img --seconds=10", "your own kernel"],
        ],
      })
      .addOption(choice("--driver <NAME>", "the balloon driver in the guest", names).default(names[0]!))
      .option("--kernel <FILE>", "your own Linux kernel (bzImage)")
      .option("--initrd <FILE>", "its initial file system")
      .option("--bios <FILE>", "SeaBIOS for the kernel (default: the installed one)")
      .option("--cmdline <WORDS>", `its command line (default: "${CMDLINE}")`)
      .addOption(size("--target <SIZE>", "how far to fill the balloon", TARGET).default(64 * MIB, "64M"))
      .addOption(
        wholeNumber("--seconds <S>", "go on recording until S seconds have passed", SECONDS).default(0),
      )
      .option("--out <FILE>", "where to write", "balloon.vbtr")
      .option("--force", "replace the file if there is one, without asking")
      .action(async (options) => {
        const { driver, kernel, initrd, bios, cmdline, ...recording } = options;
        const alone = (["initrd", "bios", "cmdline"] as const).find((name) => options[name] !== undefined);
        if (kernel === undefined && alone !== undefined) throw new UsageError(`--${alone} needs --kernel`);
        const { runRecord } = await import("./record.ts");
        const guest =
          kernel === undefined
            ? guests.find(({ name }) => name === driver)!
            : (await import("./kernel.ts")).kernelGuest({
                kernel,
                initrd,
                bios,
                cmdline: cmdline ?? CMDLINE,
              });
        await cli.run(options, (screen) => runRecord(screen, { guest, ...recording }));
      });
  };
}
