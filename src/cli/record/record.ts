import type { V86 } from "v86";
import type { Balloon } from "../../balloon/index.ts";
import { encodeTrace, TraceRecorder } from "../../trace/index.ts";
import { attachBalloon } from "../../v86/index.ts";
import type { V86Balloon } from "../../v86/index.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { checkOutput, writeOutput } from "../files.ts";
import { sizeText, wrong } from "../options.ts";
import { recordsText, summaryOf } from "../replay/load-trace.ts";
import { confirm } from "../terminal/confirm.ts";
import { moveTo } from "../terminal/move-to.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import type { RecordGuest } from "./guests.ts";

const TICK_MS = 100;

export interface Recording {
  readonly guest: RecordGuest;
  /** How far to fill the balloon, in bytes. */
  readonly target: number;
  readonly seconds: number;
  /** Path of the trace. */
  readonly out: string;
  /** Replace an existing file without asking. */
  readonly force?: true;
}

/**
 * Records a guest that fills and empties its balloon. If the guest does not do that, it still writes what was recorded,
 * but fails.
 */
export async function runRecord(
  screen: Screen,
  { guest, target, seconds, out, force }: Recording,
): Promise<CommandResult> {
  if (target > guest.memoryBytes)
    wrong("--target", `at most the guest's ${sizeText(guest.memoryBytes)}`, sizeText(target));
  const output = await checkOutput(out, async () => force ?? confirm(`${out} exists. Replace it?`));
  const recorder = new TraceRecorder();
  const attach = (emulator: V86): V86Balloon =>
    attachBalloon(emulator, { onChain: recorder.onChain, deflateOnOom: true, freePageReporting: true });
  const { device, name, destroy } = await guest.boot(attach, (text) => {
    screen.progress("guest", text);
  });
  try {
    screen.line("guest", `${name}, ${frames(device.frames)}`);
    const failure = await play(screen, device, target / 4096, seconds);
    const trace = recorder.trace(device.frames);
    const bytes = encodeTrace(trace);
    await writeOutput(output, bytes);
    const summary = summaryOf(trace);
    screen.line("trace", `${out}: ${recordsText(summary.records)}, ${bytes.length} bytes`);
    if (recorder.full) screen.line("cut", "the trace is full: later chains were left out", "bad");
    const result = { guest: name, out, bytes: bytes.length, ...summary, cut: recorder.full, failure };
    if (failure === undefined) screen.line("next", `ballonet replay ${out}`);
    else screen.line("FAILED", failure, "bad");
    return { exitCode: failure === undefined ? ExitCode.OK : ExitCode.FAILED, result };
  } finally {
    await destroy();
  }
}

/** Returns why the guest did not do what it was asked to do, or undefined if it did. */
async function play(
  screen: Screen,
  device: Balloon,
  target: number,
  seconds: number,
): Promise<string | undefined> {
  const started = performance.now();
  try {
    await moveTo(screen, device, target);
    await moveTo(screen, device, 0);
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
