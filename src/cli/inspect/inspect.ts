import { stateFault } from "../../device/can-restore.ts";
import type { BalloonState } from "../../device/index.ts";
import { featureNames, judge } from "../../negotiation/index.ts";
import type { DeviceClass, Verdict } from "../../negotiation/index.ts";
import { Status } from "../../virtio/index.ts";
import type { Outcome } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { CLASSES } from "../options.ts";
import { printRuns } from "../terminal/page-map.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { loadSaved } from "./load-saved.ts";
import type { Saved } from "./load-saved.ts";

/** Shows the balloon in the file at `path`; fails when no device can go on with it. */
export async function runInspect(screen: Screen, path: string): Promise<Outcome> {
  const saved = await loadSaved(path);
  const { state } = saved;
  const features = featureNames(state.virtio.accepted, state.silentDeflateBit);
  const verdicts = Object.fromEntries(CLASSES.map((name) => [name, verdictOf(state, name)]));
  printHead(screen, saved, features);
  printQueues(screen, state);
  printPages(screen, state);
  const fault = stateFault(state);
  // Runs that are none cannot be drawn.
  if (fault === undefined) printRuns(screen, state.frames, state.held);
  else screen.line("WRONG", `${fault}: no device can go on with it`, "bad");
  for (const [name, verdict] of Object.entries(verdicts)) screen.line(name, verdictText(verdict));
  const { kind, transport } = saved;
  const exitCode = fault === undefined ? ExitCode.OK : ExitCode.FAILED;
  return { exitCode, result: { path, kind, transport, fault, features, verdicts, state } };
}

/** What a device of a class makes of the features, taking them for offered; undefined before the negotiation. */
function verdictOf(state: BalloonState, silentDeflate: DeviceClass): Verdict | undefined {
  const { virtio, silentDeflateBit } = state;
  const { accepted, interface: via, status } = virtio;
  if ((status & Status.FEATURES_OK) === 0) return undefined;
  return judge({ silentDeflate, silentDeflateBit, offered: accepted, accepted, legacy: via === "legacy" });
}

function printHead(screen: Screen, { kind, state, transport }: Saved, features: readonly string[]): void {
  const { virtio, version, numbering } = state;
  screen.line("saved", `${kind}, version ${version}`);
  screen.line("driver", `${virtio.interface ?? "none yet"}, status ${statusText(virtio.status)}`);
  screen.line("features", features.join(" ") || "none");
  screen.line("transport", transport === undefined ? "not in a device snapshot" : `${transport} virtio-pci`);
  screen.line("numbering", `queues as "${numbering}"`);
}

function statusText(status: number): string {
  const names = Object.entries(Status).filter(([, bit]) => (status & bit) !== 0);
  return names.map(([name]) => name).join(" ") || "0";
}

function printQueues(screen: Screen, { virtio: { queues } }: BalloonState): void {
  for (const [index, { enabled, size, nextAvail, nextUsed, descriptors }] of queues.entries()) {
    const chains = `next ${nextAvail} taken, ${nextUsed} returned`;
    const text = `size ${size}, descriptors at 0x${descriptors.toString(16)}, ${chains}`;
    screen.line(`queue ${index}`, enabled ? text : "not enabled");
  }
}

function printPages(screen: Screen, state: BalloonState): void {
  const { lock, withheld, hint } = state;
  screen.line("memory", frames(state.frames));
  screen.line("balloon", `${frames(total(state.held))} in ${state.held.length / 2} runs`);
  screen.line("", `target ${state.target}, the driver says ${state.actual}`);
  screen.line(
    "locks",
    `${total(lock.keptLocked)} of the balloon still locked, ${total(lock.owed)} of the guest not`,
  );
  if (withheld !== undefined) screen.line("withheld", `a deflate of ${total(withheld.runs)} frames`);
  if (hint.phase !== "idle") screen.line("hinting", hint.phase);
}

function total(runs: Uint32Array): number {
  return runs.reduce((sum, word, i) => sum + (i % 2) * word, 0);
}

function verdictText(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "no driver has negotiated";
  return `${verdict.outcome}, lock policy ${verdict.lockPolicy}: ${verdict.reason}`;
}
