import type { CommandResult } from "../../src/cli/cli.ts";
import { ExitCode } from "../../src/cli/errors.ts";
import { frames } from "../../src/cli/terminal/screen.ts";
import type { Screen } from "../../src/cli/terminal/screen.ts";
import { settle } from "../../src/guest/settle.ts";
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
/** The share of the process's memory that must leave it. */
const GOAL = 0.45;

/** One measurement, in MiB. */
interface Row extends MemoryUse {
  readonly what: string;
}

/** The results of `npm run demo:reclaim`. */
interface Reclaimed {
  /** The share of the process's memory that left it, and the share that should. */
  readonly share: number;
  readonly goal: number;
  readonly memory: readonly Row[];
  /** Checksums of guest files: how many were compared, and how many are wrong. */
  readonly files: { readonly checked: number; readonly damaged: number };
  readonly discarded: { readonly frames: number; readonly calls: number };
  /** Time it took, in ms. */
  readonly inflateMs: number;
  readonly deflateMs: number;
}

/**
 * Measures how much memory goes back to the operating system. Fails if it is too little, or if the guest's files are
 * damaged.
 */
export async function runReclaim(screen: Screen): Promise<CommandResult> {
  const started = performance.now();
  const machine = await bootReclaimMachine(GUEST_MIB * MIB, (text) => {
    screen.progress("guest", text);
  });
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const version = await machine.guest.shell("uname -r");
    screen.line("guest", `Linux ${version}, ${GUEST_MIB} MiB, shell after ${seconds} s`);
    const result = await play(screen, machine);
    return { exitCode: printOutcome(screen, result) ? ExitCode.OK : ExitCode.FAILED, result };
  } finally {
    await machine.guest.destroy();
  }
}

async function play(screen: Screen, machine: ReclaimMachine): Promise<Reclaimed> {
  const { host, balloon } = machine;
  const memory: Row[] = [];
  screen.line("", "                                      process    guest RAM");
  const row = (what: string): MemoryUse => {
    const use = memoryUse(host);
    memory.push({ what, ...use });
    return printUse(screen, what, use);
  };
  row("after the restore");
  const trimmed = performance.now();
  host.trim();
  row(`trimmed in ${(performance.now() - trimmed).toFixed(0)} ms`);
  const sums = await writeSeed(machine);
  await fill(machine, DIRTIED_MIB);
  const before = row(`${DIRTIED_MIB} MiB written and freed`);
  const inflateMs = await settle(balloon.device, INFLATED);
  const after = row(`${INFLATED} pages inflated`);
  sums.push(...(await sumsOf(machine, "/tmp/seed")));
  const deflateMs = await settle(balloon.device, 0);
  sums.push(...(await fill(machine, REFILLED_MIB)));
  row(`deflated, ${REFILLED_MIB} MiB written`);
  sums.push(...(await sumsOf(machine, "/tmp/seed")));
  const { discardedRuns, discardedFrames } = balloon.counters().host;
  return {
    share: 1 - after.rss / before.rss,
    goal: GOAL,
    memory,
    files: { checked: sums.length, damaged: sums.filter((sum) => sum !== sums[0]).length },
    discarded: { frames: discardedFrames, calls: discardedRuns },
    inflateMs,
    deflateMs,
  };
}

function printUse(screen: Screen, what: string, use: MemoryUse): MemoryUse {
  const mib = (value: number): string => `${value.toFixed(0)} MiB`.padStart(11);
  screen.line("", `${what.padEnd(34)}${mib(use.rss)}${mib(use.guest)}`);
  return use;
}

/** Prints the outcome. Returns whether everything is in order. */
function printOutcome(screen: Screen, result: Reclaimed): boolean {
  const { share, files, discarded, inflateMs, deflateMs } = result;
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  screen.line("discarded", `${frames(discarded.frames)} in ${discarded.calls} calls`);
  screen.line("balloon", `inflated in ${inflateMs.toFixed(0)} ms, deflated in ${deflateMs.toFixed(0)} ms`);
  const reached = share >= GOAL;
  const left = `${percent(share)} of the process's memory left it (goal: ${percent(GOAL)})`;
  screen.line(reached ? "reached" : "MISSED", left, reached ? "good" : "bad");
  const intact = files.damaged === 0;
  const right = `${files.checked - files.damaged} of ${files.checked} checksums of guest files are right`;
  screen.line(intact ? "intact" : "DAMAGED", right, intact ? "good" : "bad");
  return reached && intact;
}

/** Writes a file of random data that stays from before the inflate until the end. Returns its checksum. */
async function writeSeed(machine: ReclaimMachine): Promise<string[]> {
  // The default, half of the memory, is less than what is written here.
  await machine.guest.shell("mount -o remount,size=95% /tmp");
  await machine.guest.shell(`dd if=/dev/urandom of=/tmp/seed bs=1M count=${SEED_MIB} 2>/dev/null`);
  return sumsOf(machine, "/tmp/seed");
}

/** Writes copies of the seed and frees them. Returns their checksums. */
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
