import { CONTENDER_NAMES, passOf } from "./contenders.ts";
import type { ContenderName } from "./contenders.ts";
import { BATCH, batchesOf, STREAM } from "./patterns.ts";
import type { Pattern } from "./patterns.ts";

/** How often each contender has a turn. */
export const ROUNDS = 7;
const SECONDS_PER_TURN = 0.08;

/** What one contender takes for one pattern. */
export interface Row {
  readonly pattern: Pattern;
  readonly contender: ContenderName;
  readonly nsPerPfn: number;
  /** For one of the batches that a driver sends. */
  readonly usPerBatch: number;
  readonly pfnsPerSecond: number;
  /** How many times as fast as the naive bitmap in the same round: the median. */
  readonly timesNaive: number;
}

/** Measures all contenders in turn, round after round, so that a machine that gets slower affects all of them. */
export async function measure(pattern: Pattern, onRound: (done: number) => void): Promise<Row[]> {
  const batches = batchesOf(pattern);
  const passes = CONTENDER_NAMES.map((name) => passOf(name, batches));
  for (const pass of passes) nsPerPfn(pass);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(passes.map(nsPerPfn));
    onRound(round + 1);
    await new Promise(setImmediate);
  }
  const naive = CONTENDER_NAMES.indexOf("naive JS bitmap");
  return CONTENDER_NAMES.map((contender, i) => {
    const ns = median(rounds.map((times) => times[i]!));
    const timesNaive = median(rounds.map((times) => times[naive]! / times[i]!));
    const usPerBatch = (BATCH * ns) / 1000;
    return { pattern, contender, nsPerPfn: ns, usPerBatch, pfnsPerSecond: 1e9 / ns, timesNaive };
  });
}

/** The median of the passes of one turn, in nanoseconds per PFN. */
function nsPerPfn(pass: () => void): number {
  const times: number[] = [];
  const end = performance.now() + 1000 * SECONDS_PER_TURN;
  while (performance.now() < end) {
    const started = performance.now();
    pass();
    times.push(performance.now() - started);
  }
  return (median(times) * 1e6) / (2 * STREAM);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
