import { replayDevice, replayTracker, unpinnedHost } from "../../trace/index.ts";
import type { DeviceReplay, ReplayResult, Trace } from "../../trace/index.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode, InputError } from "../errors.ts";
import { printConduct } from "../terminal/balloon.ts";
import { printRuns } from "../terminal/page-map.ts";
import { bar, frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { loadTrace, recordsText, summaryOf } from "./load-trace.ts";

/** How often the progress bar is updated. */
const TICK_MS = 50;
/** How long the speed is measured. */
const MEASURED_MS = 200;

type Pass = (tick?: (done: number) => void) => ReplayResult | DeviceReplay;

/** Replays the trace at `path`, with `device` through a whole balloon device. */
export async function runReplay(screen: Screen, path: string, device: boolean): Promise<CommandResult> {
  const trace = await loadTrace(path);
  const summary = summaryOf(trace);
  screen.line("trace", `${frames(trace.guestFrames)} of guest memory, ${recordsText(summary.records)}`);
  const pass = passOf(trace, device);
  const replayed = firstPass(screen, trace, pass);
  const speed = measure(pass);
  printResult(screen, replayed, speed);
  if ("balloon" in replayed) printDevice(screen, replayed);
  if (replayed.pfns > 0) printRuns(screen, trace.guestFrames, replayed.balloonedRuns);
  // The individual batches would only repeat the trace.
  const result = { trace: { path, ...summary }, speed, ...replayed, batches: undefined };
  return { exitCode: ExitCode.OK, result };
}

/**
 * Hints and reports have an effect only if memory is not pinned. A trace without them is replayed with pinned memory,
 * to show the locks.
 */
function passOf(trace: Trace, device: boolean): Pass {
  if (!device) return (tick) => replayTracker(trace, undefined, tick);
  const { hint, report } = summaryOf(trace).records;
  const host = hint + report > 0 ? unpinnedHost : undefined;
  return (tick) => replayDevice(trace, host, tick);
}

/** Runs the first pass, with a progress bar. @throws InputError for a trace that cannot be sent to a device */
function firstPass(screen: Screen, trace: Trace, pass: Pass): ReturnType<Pass> {
  try {
    return pass(ticker(screen, trace));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`this trace cannot be sent to a device: ${error.message}. Try it without --device`, {
      cause: error,
    });
  }
}

/** Returns the median of more passes. The first pass of a short trace would measure the start of the engine. */
function measure(pass: Pass): { readonly passes: number; readonly seconds: number } {
  const seconds: number[] = [];
  for (const end = performance.now() + MEASURED_MS; seconds.length === 0 || performance.now() < end;) {
    const started = performance.now();
    pass();
    seconds.push((performance.now() - started) / 1000);
  }
  return { passes: seconds.length, seconds: seconds.sort((x, y) => x - y)[seconds.length >> 1]! };
}

function ticker(screen: Screen, { records }: Trace): (done: number) => void {
  let next = performance.now() + TICK_MS;
  return (done) => {
    if (performance.now() < next) return;
    next = performance.now() + TICK_MS;
    screen.progress("replay", `${bar(done, records.length)} ${done} of ${records.length} records`);
  };
}

function printResult(
  screen: Screen,
  replayed: ReplayResult,
  { passes, seconds }: ReturnType<typeof measure>,
): void {
  const { pfns, changed, redundant, outOfRange, balloonedFrames, balloonedRuns } = replayed;
  const counts = `${changed} changed hands, ${redundant} redundant, ${outOfRange} out of range`;
  screen.line("PFNs", `${pfns}: ${counts}`);
  screen.line("balloon", `${frames(balloonedFrames)} in ${balloonedRuns.length / 2} runs at the end`);
  if (pfns === 0) return;
  const rate = (pfns / seconds / 1e6).toFixed(1);
  const took = `the median of ${passes} passes, each from nothing, took ${(1000 * seconds).toFixed(2)} ms`;
  screen.line("speed", `${rate} million PFN/s: ${took}`);
}

function printDevice(screen: Screen, { balloon, hint, report, skipped }: DeviceReplay): void {
  const { outcome, host } = balloon;
  if (outcome !== undefined) screen.line("outcome", `lock policy ${outcome.lockPolicy}: ${outcome.reason}`);
  screen.line("host", `unlocked ${frames(host.unlockedFrames)}, locked ${frames(host.lockedFrames)}`);
  screen.line("free", `hinted ${frames(hint.frames)}, reported ${frames(report.frames)}`);
  if (skipped > 0) screen.line("skipped", `${skipped} hints and reports`);
  printConduct(screen, balloon);
}
