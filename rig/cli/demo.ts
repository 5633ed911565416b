import { orUnavailable } from "./unavailable.ts";
import { bootLinuxWith } from "../linux/balloon.ts";
import type { LinuxGuest } from "../linux/guest.ts";
import { conclude, lockClaim } from "../../src/cli/demo/agreement.ts";
import type { Claim, Conclusion } from "../../src/cli/demo/agreement.ts";
import type { DemoGuest } from "../../src/cli/demo/guests.ts";
import { attachDemoBalloon, leftOf } from "../../src/cli/demo/machine.ts";
import type { DemoMachine, DemoSettings } from "../../src/cli/demo/machine.ts";
import { MIB, sizeText } from "../../src/cli/options.ts";
import { moveTo } from "../../src/cli/terminal/move-to.ts";
import { printNegotiation, printTotals } from "../../src/cli/terminal/report.ts";
import { printPageMap } from "../../src/cli/terminal/page-map.ts";
import type { Screen } from "../../src/cli/terminal/screen.ts";

/** A real Linux guest for the demo. */
export const LINUX_DEMO_GUEST: DemoGuest = {
  name: "linux",
  about: "a real Linux kernel from Debian's packages (needs apt-get, and the network once)",
  takes: "of Linux, any words of the kernel",
  memoryBytes: 256 * MIB,
  leastBytes: 128 * MIB,
  play: (screen, settings) => orUnavailable(linuxDemo(screen, settings)),
};

async function linuxDemo(screen: Screen, settings: DemoSettings): Promise<Conclusion> {
  const { silentDeflate, offersSilent, memoryBytes, words } = settings;
  const started = performance.now();
  const machine = await bootLinuxWith(
    (emulator) => attachDemoBalloon(emulator, settings, { deflateOnOom: true }),
    {
      memoryBytes,
      cmdlineExtra: words.join(" "),
      cacheKey: `demo ${silentDeflate}${offersSilent ? "" : " without SILENT_DEFLATE"}`,
      onProgress: (text) => {
        screen.progress("guest", text);
      },
    },
  );
  const { guest } = machine;
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const name = `Linux ${await guest.shell("uname -r")}, ${sizeText(memoryBytes)}`;
    const booted = words.length === 0 ? "" : `, command line ${await guest.shell("cat /proc/cmdline")}`;
    screen.line("guest", `${name}${booted}, shell after ${seconds} s`);
    return await play(screen, guest, machine, settings.target);
  } finally {
    await guest.destroy();
  }
}

async function play(
  screen: Screen,
  guest: LinuxGuest,
  machine: DemoMachine,
  target: number,
): Promise<Conclusion> {
  const { balloon } = machine;
  printNegotiation(screen, balloon.counters());
  await writeFiles(guest);
  const before = await balloonPages(guest);
  await printMemory(screen, guest);
  await moveTo(screen, balloon.device, target);
  await printMemory(screen, guest);
  printPageMap(screen, balloon.device.pages);
  await moveTo(screen, balloon.device, leftOf(target));
  await printMemory(screen, guest);
  printPageMap(screen, balloon.device.pages);
  printTotals(screen, balloon.counters());
  const given = (await balloonPages(guest)) - before;
  return conclude(screen, machine, [
    { what: "ballooned", guest: given, host: balloon.device.pages.count },
    await filesClaim(guest),
    lockClaim(machine),
  ]);
}

/**
 * Writes data that the guest must find unchanged: 8 MiB that would be damaged if a wrong page were zeroed. Most of it is
 * copied, because random bytes take an emulated guest longer than all the rest of the demo.
 */
async function writeFiles(guest: LinuxGuest): Promise<void> {
  await guest.shell("dd if=/dev/urandom of=/tmp/part bs=1M count=1 2>/dev/null");
  await guest.shell("for i in 1 2 3 4 5 6 7 8; do cat /tmp/part; done > /tmp/data && rm /tmp/part");
  await guest.shell("md5sum /tmp/data > /tmp/data.md5");
}

async function filesClaim(guest: LinuxGuest): Promise<Claim> {
  const { code } = await guest.run("md5sum -c /tmp/data.md5", 60_000);
  return { what: "damaged guest files", guest: code === 0 ? 0 : 1, host: 0 };
}

/** The number of pages Linux has given minus those it took back, by its own count in /proc/vmstat. */
async function balloonPages(guest: LinuxGuest): Promise<number> {
  const output = await guest.shell("grep balloon_ /proc/vmstat");
  const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, "m").exec(output)?.[1]);
  return count("balloon_inflate") - count("balloon_deflate");
}

async function printMemory(screen: Screen, guest: LinuxGuest): Promise<void> {
  const { MemFree, MemTotal } = await guest.memory();
  screen.line("", `the guest has ${MemFree} kB free of ${MemTotal} kB`);
}
