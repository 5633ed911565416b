import type { V86 } from "v86";
import { startTinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import { SerialConsole } from "../../linux/serial-console.ts";
import { LinuxShell, SHELL_READY } from "../../linux/shell.ts";
import type { GuestName } from "./machine.ts";

const PATIENCE_MS = 500_000;

/** A guest that runs, and what can be asked of it. */
export interface Guest {
  /** Writes to so much free memory, and frees it. */
  dirty(mib: number): Promise<void>;
  /** Whether everything that it wrote is still there. */
  isIntact(): Promise<boolean>;
}

/** Runs a loaded machine until its guest is up. */
export function start(guest: GuestName, emulator: V86): Promise<Guest> {
  return guest === "embedded" ? startEmbedded(emulator) : startLinux(emulator);
}

/** All its memory is written from the start. */
async function startEmbedded(emulator: V86): Promise<Guest> {
  const guest = await startTinyGuest(emulator, { bootTimeoutMs: PATIENCE_MS });
  return {
    dirty: () => Promise.resolve(),
    isIntact: async () => (await guest.command("check", PATIENCE_MS)).endsWith("bad=0"),
  };
}

async function startLinux(emulator: V86): Promise<Guest> {
  const serial = new SerialConsole(emulator);
  await emulator.run();
  await serial.waitFor(new RegExp(`${SHELL_READY}\r?\n`), PATIENCE_MS);
  const shell = new LinuxShell(serial);
  const run = async (command: string): Promise<void> => {
    const { code, output } = await shell.run(command, PATIENCE_MS);
    if (code !== 0) throw new Error(`in the guest: ${command}: exit code ${code}\n${output}`);
  };
  return {
    async dirty(mib) {
      // A file that stays. An odd length, so that no two pages of the files are alike.
      await run("head -c 999999 /dev/urandom > /tmp/1; cat /tmp/1 /tmp/1 /tmp/1 > /tmp/kept");
      await run("md5sum /tmp/kept > /tmp/kept.md5");
      await run(`cat ${repeated("/tmp/1", 16)} > /tmp/16`);
      await run(`cat ${repeated("/tmp/16", Math.ceil(mib / 16) - 1)} > /tmp/all; rm /tmp/all /tmp/16 /tmp/1`);
    },
    isIntact: async () => (await shell.run("md5sum -c /tmp/kept.md5", PATIENCE_MS)).code === 0,
  };
}

function repeated(word: string, times: number): string {
  return `${word} `.repeat(times).trim();
}
