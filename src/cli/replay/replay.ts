import { isBatch, replayDevice, replayTracker, unpinnedHost } from "../../trace/index.ts";
import type { DeviceReplay, ReplayResult, Trace } from "../../trace/index.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode, InputError } from "../errors.ts";
import { printRuns } from "../terminal/page-map.ts";
import { printNegotiation, printTotals } from "../terminal/report.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { loadTrace, recordsText, summaryOf } from "./load-trace.ts";
import type { TraceSummary } from "./load-trace.ts";
import { peakOf } from "../../trace/peak.ts";
import type { Peak } from "../../trace/peak.ts";

/** How long the speed is measured. A first pass that takes longer is not repeated. */
const MEASURED_MS = 200;

type Pass = (trace: Trace, tick?: (done: number) => void) => ReplayResult | DeviceReplay;

/** Replays the trace at `path`, with `device` through a whole balloon device. */
export async function runReplay(screen: Screen, path: string, device: boolean): Promise<CommandResult> {
  const trace = await loadTrace(path);
  const summary = summaryOf(trace);
  screen.line("trace", `${frames(trace.guestFrames)} of guest memory, ${recordsText(summary.records)}`);
  const pass = device ? devicePass(summary) : trackerPass;
  const started = performance.now();
  const replayed = firstPass(screen, trace, pass);
  const seconds = (performance.now() - started) / 1000;
  const speed = 1000 * seconds > MEASURED_MS ? { passes: 1, seconds } : measure(() => pass(trace));
  const peak = peakOf(trace, replayed, pass);
  printResult(screen, replayed, speed);
  if ("balloon" in replayed) printDevice(screen, replayed);
  if (replayed.pfns > 0) printPages(screen, trace, replayed, peak);
  // The individual batches would only repeat the trace.
  const result = { trace: { path, ...summary }, speed, peak, ...replayed, batches: undefined };
  return { exitCode: ExitCode.OK, result };
}

const trackerPass: Pass = (trace, tick) => replayTracker(trace, undefined, tick);

/**
 * Hints and reports have an effect only if memory is not pinned. A trace without them is replayed with pinned memory,
 * to show the locks.
 */
function devicePass({ records: { hint, report } }: TraceSummary): Pass {
  const host = hint + report > 0 ? unpinnedHost : undefined;
  return (trace, tick) => replayDevice(trace, host, tick);
}

/** Runs the first pass, with a progress bar. @throws InputError for a trace that cannot be sent to a device */
function firstPass(screen: Screen, trace: Trace, pass: Pass): ReturnType<Pass> {
  const total = pass === trackerPass ? trace.records.filter(isBatch).length : trace.records.length;
  try {
    return pass(trace, screen.ticker("replay", total));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`this trace cannot be sent to a device: ${error.message}. Try it without --device`, {
      cause: error,
    });
  }
}

/** Returns the median of more passes. The first pass of a short trace would measure the start of the engine. */
function measure(pass: () => void): { readonly passes: number; readonly seconds: number } {
  const seconds: number[] = [];
  for (const end = performance.now() + MEASURED_MS; seconds.length === 0 || performance.now() < end;) {
    const started = performance.now();
    pass();
    seconds.push((performance.now() - started) / 1000);
  }
  return { passes: seconds.length, seconds: seconds.sort((x, y) => x - y)[seconds.length >> 1]! };
}

function printResult(
  screen: Screen,
  replayed: ReplayResult,
  { passes, seconds }: ReturnType<typeof measure>,
): void {
  const { pfns, changed, redundant, outOfRange } = replayed;
  const counts = `${changed} changed, ${redundant} redundant, ${outOfRange} out of range`;
  screen.line("PFNs", `${pfns}: ${counts}`);
  if (pfns === 0) return;
  const rate = (pfns / seconds / 1e6).toFixed(1);
  const which = passes === 1 ? "one pass" : `the median of ${passes} passes, each from an empty set,`;
  const took = `${which} took ${(1000 * seconds).toFixed(2)} ms`;
  screen.line("speed", `${rate} million PFN/s: ${took}`);
}

function printDevice(screen: Screen, { balloon, hint, report, skipped }: DeviceReplay): void {
  printNegotiation(screen, balloon);
  printTotals(screen, balloon);
  screen.line("free", `hinted ${frames(hint.frames)}, reported ${frames(report.frames)}`);
  if (skipped > 0) screen.line("skipped", `${skipped} hints and reports`);
}

/** Shows what was in the balloon at the peak, and at the end. */
function printPages(screen: Screen, { guestFrames }: Trace, end: ReplayResult, peak: Peak): void {
  const amount = (at: Peak | ReplayResult): string =>
    `${frames(at.balloonedFrames)} in ${at.balloonedRuns.length / 2} runs`;
  const time = peak.seconds === undefined ? "" : `, at ${peak.seconds.toFixed(3)} s`;
  screen.line("peak", `${amount(peak)}, after batch ${peak.batch} of ${end.batches.length}${time}`);
  printRuns(screen, guestFrames, peak.balloonedRuns);
  screen.line("end", amount(end));
  if (end.balloonedFrames > 0 && peak.batch < end.batches.length)
    printRuns(screen, guestFrames, end.balloonedRuns);
}
