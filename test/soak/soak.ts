import type { LinuxGuest } from "../../rig/linux/guest.ts";
import { settle } from "../../src/guest/settle.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { V86Balloon } from "../../src/v86/index.ts";
import { Random } from "../fuzz/random.ts";
import { bootAndAttach, writeChecked } from "../linux/machine.ts";
import { heapBytes } from "./heap.ts";

/** Of the guest's 65536 frames; the kernel, the data and the pressure take the rest. */
const MOST_FRAMES = 34_000;
const MOST_PRESSURE_MIB = 40;
const SETTLE_MS = 60_000;
/** What one save may leave behind until the next; the state itself is more than ten times as large. */
const SLACK_BYTES = 8 * 1024 * 1024;

export interface SoakOptions {
  readonly milliseconds: number;
  readonly seed: number;
  readonly saveEveryMs: number;
  /** However slow the machine. Fewer than three, the default, would not show what restores leave behind. */
  readonly leastRestores?: number;
  readonly onRound?: (totals: SoakTotals) => void;
}

export interface SoakTotals {
  rounds: number;
  restores: number;
  /** Frames that went into and out of the balloon. */
  moved: number;
  /** Checks of the guest's files. */
  checksums: number;
  /** Bytes in use after each restore, garbage collected. */
  readonly heap: number[];
}

interface Machine {
  readonly guest: LinuxGuest;
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
}

/**
 * Linux under memory pressure with a target that keeps changing, saved and restored now and then.
 * @throws Error if the guest's files change, the two sides disagree about what is ballooned, or restores leave memory
 * behind
 */
export async function soak(options: SoakOptions): Promise<SoakTotals> {
  const { milliseconds, seed, saveEveryMs, leastRestores = 3, onRound } = options;
  const machine = await boot();
  const totals: SoakTotals = { rounds: 0, restores: 0, moved: 0, checksums: 0, heap: [] };
  const random = new Random(seed);
  try {
    await writeChecked(machine.guest, "/tmp/data");
    const end = performance.now() + milliseconds;
    for (
      let saved = performance.now();
      performance.now() < end || totals.restores < leastRestores;
      totals.rounds++
    ) {
      const due = performance.now() - saved >= saveEveryMs;
      await round(machine, random, totals, due);
      if (due) saved = performance.now();
      onRound?.(totals);
    }
    checkHeap(totals.heap);
    return totals;
  } finally {
    await machine.guest.destroy();
  }
}

/** One restore more must not leave anything behind. @throws Error when it does */
export function checkHeap(heap: readonly number[]): void {
  const grown = heap.at(-1)! - heap[0]!;
  if (grown > SLACK_BYTES)
    throw new Error(`the heap has grown by ${grown} bytes over ${heap.length} restores: ${heap.join(", ")}`);
}

async function boot(): Promise<Machine> {
  let host: RecordingHost | undefined;
  const { guest, balloon } = await bootAndAttach({
    deflateOnOom: true,
    host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
  });
  return { guest, balloon, host: host! };
}

/** Fills memory, moves the balloon (through a restore, if one is due), and compares what both sides say. */
async function round(machine: Machine, random: Random, totals: SoakTotals, due: boolean): Promise<void> {
  const { guest, balloon, host } = machine;
  const pressure = random.below(MOST_PRESSURE_MIB);
  await guest.shell(`dd if=/dev/zero of=/tmp/pressure bs=1M count=${pressure} 2>/dev/null`);
  const target = random.below(MOST_FRAMES);
  totals.moved += Math.abs(target - balloon.device.pages.count);
  if (due) {
    balloon.device.target = target * 4096;
    await guest.shell("true");
    await saveAndRestore(machine);
    totals.restores++;
  }
  await settle(balloon.device, target, undefined, SETTLE_MS);
  await guest.shell("md5sum -c /tmp/data.md5");
  totals.checksums++;
  await compare(machine);
  host.calls.length = 0;
  if (due) totals.heap.push(await heapBytes());
}

/** Between two of the guest's time slices, not in the middle of a device's callback. */
async function saveAndRestore({ guest, balloon }: Machine): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await guest.restore(await guest.save());
  if (balloon.restoreRefusal !== undefined) throw new Error(`restore: ${balloon.restoreRefusal}`);
}

async function compare({ guest, balloon, host }: Machine): Promise<void> {
  const { balloonedFrames: ballooned, faults } = balloon.counters();
  const given = Number(await guest.shell(GIVEN));
  if (given !== ballooned)
    throw new Error(`the guest has given ${given} frames, the device holds ${ballooned}`);
  const locked = balloon.device.frames - ballooned;
  if (host.lockedFrames !== locked) throw new Error(`${host.lockedFrames} frames are locked, not ${locked}`);
  if (Object.keys(faults).length > 0) throw new Error(`faults of a good driver: ${JSON.stringify(faults)}`);
}

/** What Linux has counted since it booted with an empty balloon. */
const GIVEN = "awk '/^balloon_inflate /{n+=$2} /^balloon_deflate /{n-=$2} END{print n}' /proc/vmstat";
