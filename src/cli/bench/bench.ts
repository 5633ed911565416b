import type { CommandResult } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { bar } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { CONTENDER_NAMES, passOf } from "./contenders.ts";
import type { ContenderName } from "./contenders.ts";
import { batchesOf, PATTERNS, STREAM } from "./patterns.ts";
import type { Pattern } from "./patterns.ts";

const ROUNDS = 7;
const SECONDS_PER_TURN = 0.08;
const NAIVE = "naive JS bitmap";
const HEAD = "pattern     contender            ns/PFN    million PFN/s    times the naive bitmap";

interface Row {
  readonly pattern: Pattern;
  readonly contender: ContenderName;
  readonly nsPerPfn: number;
  readonly pfnsPerSecond: number;
  /** How many times as fast as the naive bitmap in the same round: the median. */
  readonly timesNaive: number;
}

/** Measures the tracker and a naive bitmap in this process, in turns. */
export async function runBench(screen: Screen): Promise<CommandResult> {
  screen.raw(HEAD);
  const rows: Row[] = [];
  for (const pattern of PATTERNS) {
    const measured = await measure(pattern, (round) => {
      screen.progress(pattern, bar(round, ROUNDS));
    });
    for (const row of measured) printRow(screen, row);
    rows.push(...measured);
  }
  screen.raw("\nMedians of one process; only ratios carry over to another machine.");
  screen.raw(
    "Against other libraries and native code, in a checkout of the repository: npm run bench -- --help",
  );
  return { exitCode: ExitCode.OK, result: { rows } };
}

function printRow(screen: Screen, { pattern, contender, nsPerPfn, pfnsPerSecond, timesNaive }: Row): void {
  const columns = [
    (contender === NAIVE ? pattern : "").padEnd(12),
    contender.padEnd(18),
    nsPerPfn.toFixed(2).padStart(9),
    (pfnsPerSecond / 1e6).toFixed(0).padStart(17),
    `${timesNaive.toFixed(1)}x`.padStart(26),
  ];
  screen.raw(columns.join(""));
}

/** Measures all contenders in turn, round after round, so that a machine that gets slower affects all of them. */
async function measure(pattern: Pattern, onRound: (round: number) => void): Promise<Row[]> {
  const batches = batchesOf(pattern);
  const passes = CONTENDER_NAMES.map((name) => passOf(name, batches));
  for (const pass of passes) nsPerPfn(pass);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    onRound(round);
    rounds.push(passes.map(nsPerPfn));
    await new Promise(setImmediate);
  }
  return CONTENDER_NAMES.map((contender, i) => {
    const ns = median(rounds.map((times) => times[i]!));
    const timesNaive = median(rounds.map((times) => times[CONTENDER_NAMES.indexOf(NAIVE)]! / times[i]!));
    return { pattern, contender, nsPerPfn: ns, pfnsPerSecond: 1e9 / ns, timesNaive };
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
