import type { BalloonCounters } from "../../balloon/index.ts";
import { frames } from "./screen.ts";
import type { Screen } from "./screen.ts";

/** Prints what was offered, what the driver took, and what follows from that. */
export function printNegotiation(screen: Screen, { offered, accepted, outcome }: BalloonCounters): void {
  screen.line("offered", offered.join(" "));
  screen.line("accepted", outcome?.result === "accepted" ? accepted.join(" ") : "none");
  if (outcome === undefined) return;
  const { result, lockPolicy, promise, driverFault, reason } = outcome;
  const fault = driverFault ? ", buggy driver" : "";
  screen.line("outcome", `${result}, lock policy ${lockPolicy.toUpperCase()}, promise ${promise}${fault}`);
  screen.line("", reason);
}

/** Prints the counters that change while a driver works. */
export function printTotals(screen: Screen, counters: BalloonCounters): void {
  const { host, notifications, stats, diagnosis, faults, broken } = counters;
  const ballooned = `${frames(counters.balloonedFrames)} of ${counters.frames}`;
  screen.line("batches", `${counted(counters.batches)}, PFNs of ${counters.pfnBytes} bytes`);
  screen.line("chains", counted(counters.chains));
  screen.line("", `${notifications.total} notifications, ${notifications.empty} of them without a chain`);
  screen.line(
    "ballooned",
    `${ballooned}, target ${counters.targetFrames}, the driver says ${counters.actualFrames}`,
  );
  screen.line("host", `unlocked  ${host.unlockedRuns} runs, ${frames(host.unlockedFrames)}`);
  screen.line("", `discarded ${host.discardedRuns} runs, ${frames(host.discardedFrames)}`);
  screen.line("", `locked    ${host.lockedRuns} runs, ${frames(host.lockedFrames)}`);
  const { unlockFailures: unlock, discardFailures: discard, lockFailures: lock } = host;
  screen.line("", `failed    ${counted({ unlock, discard, lock })}`);
  const locks = `${counters.pinned ? "pinned" : "not pinned"}, ${counters.locking ? "locking" : "not locking"}`;
  const wrong = `${counters.keptLockedFrames} frames kept locked, ${counters.owedFrames} frames owed`;
  screen.line("locks", `${locks}; ${wrong}`);
  screen.line("stats", counted(stats));
  if (counters.withheld) screen.line("withheld", "an acknowledgement", "bad");
  if (counters.needsReset) screen.line("stopped", "DEVICE_NEEDS_RESET", "bad");
  if (diagnosis !== undefined) screen.line("diagnosis", diagnosis, "bad");
  screen.line("bad input", counted(faults));
  for (const { rule, says, times, first } of broken)
    screen.line("broken", `${rule}, ${times}×, first at ${first}: the driver ${says}`);
}

function counted(counts: Readonly<Record<string, number | bigint | undefined>>): string {
  return (
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none"
  );
}
