import type { Balloon } from "../../balloon/index.ts";
import { encodeTrace, TraceRecorder } from "../../trace/index.ts";
import type { Outcome } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { settle } from "../guest/settle.ts";
import { checkOutput, writeOutput } from "../output.ts";
import { recordsText, summaryOf } from "../replay/load-trace.ts";
import { confirm } from "../terminal/confirm.ts";
import { bar, frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { UsageError } from "../usage-error.ts";
import { bootGuest, memoryMib } from "./guests.ts";
import type { GuestChoice } from "./guests.ts";

const FRAMES_PER_MIB = 256;
const TICK_MS = 100;

export interface Recording {
  readonly guest: GuestChoice;
  readonly targetMib: number;
  readonly seconds: number;
  /** Path of the trace. */
  readonly out: string;
  /** Whether a file there is replaced without asking. */
  readonly force: boolean;
}

/** Records a guest that fills and empties its balloon. Writes what there is, and fails, when the guest does not get there. */
export async function runRecord(
  screen: Screen,
  { guest, targetMib, seconds, out, force }: Recording,
): Promise<Outcome> {
  const most = memoryMib(guest);
  if (targetMib > most) throw new UsageError(`--target must be at most the guest's ${most} MiB`);
  const output = await checkOutput(out, async () => force || confirm(`${out} exists. Replace it?`));
  const recorder = new TraceRecorder();
  const { device, name, destroy } = await bootGuest(guest, recorder.onChain, (text) => {
    screen.progress("guest", text);
  });
  try {
    screen.line("guest", `${name}, ${frames(device.frames)}`);
    const failure = await play(screen, device, targetMib * FRAMES_PER_MIB, seconds);
    const trace = recorder.trace(device.frames);
    const bytes = encodeTrace(trace);
    await writeOutput(output, bytes);
    const summary = summaryOf(trace);
    screen.line("trace", `${out}: ${recordsText(summary.records)}, ${bytes.length} bytes`);
    if (recorder.full) screen.line("cut", "the trace is full: what came later was left out", "bad");
    if (failure === undefined) screen.line("next", `ballonet replay ${out}`);
    else screen.line("FAILED", failure, "bad");
    return {
      exitCode: failure === undefined ? ExitCode.OK : ExitCode.FAILED,
      result: { guest: name, out, bytes: bytes.length, ...summary, cut: recorder.full, failure },
    };
  } finally {
    await destroy();
  }
}

/** Returns why the guest did not do what it was asked, if so. */
async function play(
  screen: Screen,
  device: Balloon,
  target: number,
  seconds: number,
): Promise<string | undefined> {
  const started = performance.now();
  try {
    await move(screen, device, target);
    await move(screen, device, 0);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  for (let left = seconds; left > 0;) {
    left = seconds - (performance.now() - started) / 1000;
    screen.progress("record", `${Math.max(0, left).toFixed(0)} s to go`);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return undefined;
}

async function move(screen: Screen, device: Balloon, target: number): Promise<void> {
  const from = device.pages.count;
  const label = target > from ? "inflate" : "deflate";
  const ms = await settle(device, target, () => {
    screen.progress(label, bar(device.pages.count - from, target - from));
  });
  screen.line(label, `to ${frames(target)} in ${Math.round(ms)} ms`);
}
