import type { Given } from "./embedded.ts";
import { UNTOUCHED_FRAMES } from "./linux.ts";
import type { Growth, Shrunk } from "./linux.ts";
import { median } from "./median.ts";
import type { Reading } from "./readings.ts";
import type { Times } from "./times.ts";

const MIB = 2 ** 20;

/** A row of the table. Its numbers are medians. */
export interface Row {
  readonly what: string;
  readonly unit: "MiB" | "%" | "x";
  /** The tab's resident memory, after a garbage collection that was asked for; or what else the row is about. */
  readonly value: number;
  /** The same of a tab's memory before that collection. */
  readonly unasked?: number;
  /** The same after it, of the memory that is the tab's alone, or its share of it. */
  readonly pss?: number;
  /** The same without this package: v86's own balloon, or no compaction. */
  readonly without?: number;
  readonly must: number;
  readonly aim: number;
  /** Whether less is better. */
  readonly atMost: boolean;
}

/** Whether the row is within its limit. */
export function isReached({ value, must, atMost }: Row): boolean {
  return atMost ? value <= must : value >= must;
}

/** A number for each way to read a tab. */
function eachWay(
  runs: readonly { readonly now: Reading; readonly before: Reading }[],
  of: (now: number, before: number) => number,
): Pick<Row, "value" | "unasked" | "pss"> {
  const each = (pick: (reading: Reading) => number): number =>
    median(runs.map(({ now, before }) => of(pick(now), pick(before))));
  return {
    value: each(({ collected }) => collected.rss),
    unasked: each(({ unasked }) => unasked.rss),
    pss: each(({ collected }) => collected.pss),
  };
}

const growth = (now: number, before: number): number => (now - before) / MIB;
const excess = (now: number, before: number): number => 100 * (now / before - 1);
const size = (now: number): number => now / MIB;

/** @param v86 the same with v86's own balloon */
export function growthRows(ours: readonly Growth[], v86: readonly Growth[]): Row[] {
  const row = (what: string, at: "given" | "cleaned"): Row => {
    const [mine, its] = [ours, v86].map((runs) =>
      eachWay(
        runs.map((run) => ({ now: run[at], before: run.booted })),
        growth,
      ),
    );
    return { what, unit: "MiB", ...mine!, without: its!.value, must: 5, aim: 0, atMost: true };
  };
  return [
    row(`growth: Linux gives ${UNTOUCHED_FRAMES} untouched frames`, "given"),
    row("growth: it takes them back, and Cleanup()", "cleaned"),
  ];
}

export function shrunkRow(runs: readonly Shrunk[]): Row {
  const against = (of: "compacted" | "dirtied"): Pick<Row, "value" | "unasked" | "pss"> =>
    eachWay(
      runs.map((run) => ({ now: run[of], before: run.booted })),
      excess,
    );
  return {
    what: "Linux has written, freed and given, then compact: above the boot",
    unit: "%",
    ...against("compacted"),
    without: against("dirtied").value,
    must: 10,
    aim: 3,
    atMost: true,
  };
}

export function givenRow(runs: readonly Given[]): Row {
  const sizes = (of: "compacted" | "given"): Pick<Row, "value" | "unasked" | "pss"> =>
    eachWay(
      runs.map((run) => ({ now: run[of], before: run.booted })),
      size,
    );
  return {
    what: "embedded guest has given 400 of 512 MiB, then compact",
    unit: "MiB",
    ...sizes("compacted"),
    without: sizes("given").value,
    must: 315,
    aim: 280,
    atMost: true,
  };
}

export function timeRows({ states, frames }: Times): Row[] {
  const ratio = (what: string, value: number, must: number, aim: number): Row => {
    return { what, unit: "x", value, without: 1, must, aim, atMost: false };
  };
  const of = (pick: (times: Times["states"][number]) => number): number => median(states.map(pick));
  const still = of((times) => (100 * times.still) / (times.v86Save + times.v86Restore));
  return [
    {
      what: "compact: the guest stands still, of v86's save and restore",
      unit: "%",
      value: still,
      without: 100,
      must: 20,
      aim: 10,
      atMost: true,
    },
    ratio(
      "restore_state into a fresh machine: times faster",
      of((t) => t.v86Restore / t.restore),
      4,
      7,
    ),
    ratio(
      "save_state: times faster",
      of((t) => t.v86Save / t.save),
      1.5,
      2.5,
    ),
    ratio("the guest's time a frame, against v86's own", median(frames.v86) / median(frames.ours), 0.8, 0.95),
  ];
}
