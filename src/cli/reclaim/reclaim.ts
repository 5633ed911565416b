import { parseArgs } from "node:util";
import { frames, Screen } from "../demo/screen.ts";
import { settle } from "../guest/settle.ts";
import { UsageError } from "../usage-error.ts";
import { memoryUse } from "./memory.ts";
import type { MemoryUse } from "./memory.ts";
import { bootReclaimMachine } from "./machine.ts";
import type { ReclaimMachine } from "./machine.ts";

const MIB = 2 ** 20;
const GUEST_MIB = 512;
const SEED_MIB = 8;
const DIRTIED_MIB = 352;
const REFILLED_MIB = 288;
const INFLATED = 100_000;
/** Share of the process's memory that must be gone. */
const GOAL = 0.45;

/** `ballonet reclaim`. Returns the exit code: 1 when too little memory left the process, or the guest's is damaged. */
export async function reclaim(args: string[]): Promise<number> {
  checkArguments(args);
  const screen = new Screen(process.stdout);
  const started = performance.now();
  const machine = await bootReclaimMachine(GUEST_MIB * MIB, (text) => {
    screen.progress("guest", text);
  });
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    screen.line(
      "guest",
      `Linux ${await machine.guest.shell("uname -r")}, ${GUEST_MIB} MiB, shell after ${seconds} s`,
    );
    return (await play(screen, machine)) ? 0 : 1;
  } finally {
    await machine.guest.destroy();
  }
}

function checkArguments(args: string[]): void {
  try {
    parseArgs({ args, options: {} });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function play(screen: Screen, machine: ReclaimMachine): Promise<boolean> {
  const { host } = machine;
  screen.line("", "                                      process    guest RAM");
  const row = (what: string): MemoryUse => printUse(screen, what, memoryUse(host));
  row("after the restore");
  const trimmed = performance.now();
  host.trim();
  row(`trimmed in ${(performance.now() - trimmed).toFixed(0)} ms`);
  const sums = await writeSeed(machine);
  await fill(machine, DIRTIED_MIB);
  const before = row(`${DIRTIED_MIB} MiB written and freed`);
  const inflated = await settle(machine.balloon.device, INFLATED);
  const after = row(`${INFLATED} pages inflated`);
  sums.push(...(await sumsOf(machine, "/tmp/seed")));
  const deflated = await settle(machine.balloon.device, 0);
  sums.push(...(await fill(machine, REFILLED_MIB)));
  row(`deflated, ${REFILLED_MIB} MiB written`);
  sums.push(...(await sumsOf(machine, "/tmp/seed")));
  printTotals(screen, machine, inflated, deflated);
  return printOutcome(screen, 1 - after.rss / before.rss, sums);
}

function printUse(screen: Screen, what: string, use: MemoryUse): MemoryUse {
  const mib = (value: number): string => `${value.toFixed(0)} MiB`.padStart(11);
  screen.line("", `${what.padEnd(34)}${mib(use.rss)}${mib(use.guest)}`);
  return use;
}

function printTotals(screen: Screen, { balloon }: ReclaimMachine, inflated: number, deflated: number): void {
  const { discardedRuns, discardedFrames } = balloon.report().host;
  screen.line("discarded", `${frames(discardedFrames)} in ${discardedRuns} calls`);
  screen.line("balloon", `inflated in ${inflated.toFixed(0)} ms, deflated in ${deflated.toFixed(0)} ms`);
}

function printOutcome(screen: Screen, share: number, sums: readonly string[]): boolean {
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const wrong = sums.filter((sum) => sum !== sums[0]).length;
  screen.line(
    share >= GOAL ? "reached" : "MISSED",
    `${percent(share)} of the process's memory left it (goal: ${percent(GOAL)})`,
  );
  screen.line(
    wrong === 0 ? "intact" : "DAMAGED",
    `${sums.length - wrong} of ${sums.length} checksums of guest files are right`,
  );
  return share >= GOAL && wrong === 0;
}

/** A file of random data that stays, from before the inflate until the end; returns its checksum. */
async function writeSeed(machine: ReclaimMachine): Promise<string[]> {
  // Half of the memory, the default, is less than what is written here.
  await machine.guest.shell("mount -o remount,size=95% /tmp");
  await machine.guest.shell(`head -c ${SEED_MIB * MIB} /dev/urandom > /tmp/seed`);
  return sumsOf(machine, "/tmp/seed");
}

/** Writes copies of the seed, and frees them. Returns their checksums. */
async function fill(machine: ReclaimMachine, mib: number): Promise<string[]> {
  await machine.guest.shell(
    `for i in $(seq ${mib / SEED_MIB}); do cp /tmp/seed /tmp/copy.$i || exit 1; done`,
  );
  const sums = await sumsOf(machine, "/tmp/copy.*");
  await machine.guest.shell("rm /tmp/copy.*");
  return sums;
}

async function sumsOf(machine: ReclaimMachine, paths: string): Promise<string[]> {
  const lines = (await machine.guest.shell(`md5sum ${paths}`)).split("\n");
  return lines.map((line) => line.split(" ", 1)[0]!);
}
