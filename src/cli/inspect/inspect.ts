import type { BalloonState } from "../../balloon/index.ts";
import { featureNames, negotiate } from "../../negotiation/index.ts";
import type { Outcome } from "../../negotiation/index.ts";
import { Status } from "../../virtio/index.ts";
import { CLASSES } from "../choices.ts";
import type { Outcome } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { trackerOf } from "../page-set.ts";
import { printPageMap } from "../terminal/page-map.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";
import { loadSaved } from "./load-saved.ts";
import type { Saved } from "./load-saved.ts";

/** Shows the balloon in the file at `path`. */
export async function runInspect(screen: Screen, path: string): Promise<Outcome> {
  const saved = await loadSaved(path);
  const { state } = saved;
  const features = featureNames(state.virtio.accepted, state.silentDeflateBit);
  const outcomes = Object.fromEntries(CLASSES.map((name) => [name, outcomeOf(state, name)]));
  printHead(screen, saved, features);
  printQueues(screen, state);
  printPages(screen, state);
  for (const [name, outcome] of Object.entries(outcomes)) printOutcome(screen, name, outcome);
  const { kind, transport } = saved;
  return { exitCode: ExitCode.OK, result: { path, kind, transport, features, outcomes, state } };
}

/** What a device of a class makes of the features, taking them for offered; undefined before the negotiation. */
function outcomeOf(
  { virtio, silentDeflateBit }: BalloonState,
  name: (typeof CLASSES)[number],
): Outcome | undefined {
  const { accepted, interface: via, status } = virtio;
  if ((status & Status.FEATURES_OK) === 0) return undefined;
  return negotiate({
    silentDeflate: name,
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
    const where = `descriptors at 0x${descriptors.toString(16)}`;
    const text = enabled
      ? `size ${size}, ${where}, next ${nextAvail} taken, ${nextUsed} returned`
      : "not enabled";
    screen.line(`queue ${index}`, text);
  }
}

function printPages(screen: Screen, state: BalloonState): void {
  const { lock, withheld, hint } = state;
  const ballooned = trackerOf(state.frames, state.ballooned);
  screen.line("memory", frames(state.frames));
  screen.line("balloon", `${frames(ballooned.count)} in ${state.ballooned.length / 2} runs`);
  screen.line("", `target ${state.target}, the driver says ${state.actual}`);
  screen.line(
    "locks",
    `${total(lock.keptLocked)} of the balloon still locked, ${total(lock.owed)} of the guest not`,
  );
  if (withheld !== undefined) screen.line("withheld", `a deflate of ${total(withheld.runs)} frames`);
  if (hint.phase !== "idle") screen.line("hinting", hint.phase);
  printPageMap(screen, ballooned);
}

function total(runs: Uint32Array): number {
  return runs.reduce((sum, word, i) => sum + (i % 2) * word, 0);
}

function printOutcome(screen: Screen, name: string, outcome: Outcome | undefined): void {
  const { result, lockPolicy, reason } = outcome ?? {};
  screen.line(
    name,
    outcome === undefined
      ? "no driver has negotiated"
      : `${outcome!}, lock policy ${lockPolicy!}: ${reason!}`,
  );
}
