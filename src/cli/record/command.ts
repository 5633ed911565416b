import { integer } from "../arguments.ts";
import { command } from "../command.ts";
import type { Command } from "../command.ts";
import type { RecordGuest } from "./guests.ts";
import { UsageError } from "../usage-error.ts";

const MOST_MIB = 4096;
const MOST_SECONDS = 86_400;

/** Records these guests, or a kernel of the user's; the first is the default. */
export const recordCommand = (guests: readonly RecordGuest[]): Command =>
  command({
    name: "record",
    summary: "boot a guest and record what its balloon driver says, as a trace",
    details: `Boots a guest in v86, has it fill its balloon and empty it again, and writes what its driver said to a trace that
replay understands. With --kernel it is a kernel of yours, which must have a virtio balloon driver built in or load it
from the initrd.`,
    options: {
      driver: {
        type: "string",
        oneOf: guests.map(({ name }) => name),
        help: "who drives the balloon in the guest (default polite)",
      },
      kernel: { type: "string", value: "FILE", help: "a Linux kernel (bzImage) of yours" },
      initrd: { type: "string", value: "FILE", help: "its initial file system" },
      bios: { type: "string", value: "FILE", help: "SeaBIOS for it (default: the one that is installed)" },
      cmdline: { type: "string", value: "WORDS", help: "its command line (default console=ttyS0)" },
      target: { type: "string", value: "MIB", help: "how far to fill the balloon (default 64)" },
      seconds: {
        type: "string",
        value: "S",
        help: "go on recording until S seconds have passed (default 0)",
      },
      out: { type: "string", value: "FILE", help: "where to write (default balloon.vbtr)" },
      force: { type: "boolean", help: "replace the file if there is one, without asking" },
    },
    examples: [
      ["--out=polite.vbtr", "the embedded guest"],
      ["--kernel=vmlinuz --initrd=initrd.img --target=100 --seconds=10", "a kernel of yours"],
    ],
    run: async ({ screen, values }) => {
      const {
        driver = "polite",
        kernel,
        initrd,
        bios,
        cmdline = "console=ttyS0",
        out = "balloon.vbtr",
        force = false,
      } = values;
      const targetMib = integer("--target", values.target, { least: 1, most: MOST_MIB, otherwise: 64 });
      const seconds = integer("--seconds", values.seconds, { least: 0, most: MOST_SECONDS, otherwise: 0 });
      const alone = (["initrd", "bios", "cmdline"] as const).find((name) => values[name] !== undefined);
      if (kernel === undefined && alone !== undefined) throw new UsageError(`--${alone} needs --kernel`);
      const { runRecord } = await import("./record.ts");
      const guest =
        kernel === undefined
          ? guests.find(({ name }) => name === driver)!
          : (await import("./kernel.ts")).kernelGuest({ kernel, initrd, bios, cmdline });
      return runRecord(screen, { guest, targetMib, seconds, out, force });
    },
  });
