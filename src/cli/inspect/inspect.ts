import { stateFault } from "../../balloon/state/can-restore.ts";
import type { BalloonState } from "../../balloon/index.ts";
import { featureNames, negotiate } from "../../negotiation/index.ts";
import type { DeviceClass, Outcome } from "../../negotiation/index.ts";
import { Status } from "../../virtio/index.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode } from "../errors.ts";
import { CLASSES } from "../options.ts";
import { printRuns } from "../terminal/page-map.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { loadSaved } from "./load-saved.ts";
import type { Saved } from "./load-saved.ts";

/** Shows the balloon in the file at `path`. Fails if no device can go on with it. */
export async function runInspect(screen: Screen, path: string): Promise<CommandResult> {
  const saved = await loadSaved(path);
  const { state } = saved;
  const features = featureNames(state.virtio.accepted, state.silentDeflateBit);
  const outcomes = Object.fromEntries(CLASSES.map((name) => [name, outcomeOf(state, name)]));
  printHead(screen, saved, features);
  printQueues(screen, state);
  printPages(screen, state);
  const fault = stateFault(state);
  // Invalid runs cannot be drawn.
  if (fault === undefined) printRuns(screen, endOf(state.memory), state.ballooned);
  else screen.line("WRONG", `${fault}: no device can go on with it`, "bad");
  for (const [name, outcome] of Object.entries(outcomes)) screen.line(name, outcomeText(outcome));
  const { kind, transport } = saved;
  const exitCode = fault === undefined ? ExitCode.OK : ExitCode.FAILED;
  return { exitCode, result: { path, kind, transport, fault, features, outcomes, state } };
}

/** The outcome for a device of a class, as if it had offered these features; undefined before the negotiation. */
function outcomeOf(state: BalloonState, silentDeflate: DeviceClass): Outcome | undefined {
  const { virtio, silentDeflateBit } = state;
  const { accepted, interface: via, status } = virtio;
  if ((status & Status.FEATURES_OK) === 0) return undefined;
  return negotiate({
    silentDeflate,
    silentDeflateBit,
    offered: accepted,
    accepted,
    legacy: via === "legacy",
  });
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
  screen.line("memory", frames(total(state.memory)));
  screen.line("balloon", `${frames(total(state.ballooned))} in ${state.ballooned.length / 2} runs`);
  screen.line("", `target ${state.targetFrames}, the driver says ${state.actualFrames}`);
  screen.line("locks", `${total(lock.keptLocked)} frames kept locked, ${total(lock.owed)} frames owed`);
  if (withheld !== undefined) screen.line("withheld", `a deflate of ${total(withheld.runs)} frames`);
  if (hint.phase !== "idle") screen.line("hinting", hint.phase);
}

/** One more than the last PFN. */
function endOf(regions: Uint32Array): number {
  return (regions.at(-2) ?? 0) + (regions.at(-1) ?? 0);
}

function total(runs: Uint32Array): number {
  return runs.reduce((sum, word, i) => sum + (i % 2) * word, 0);
}

function outcomeText(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "no driver has negotiated";
  return `${outcome.result}, lock policy ${outcome.lockPolicy}: ${outcome.reason}`;
}
