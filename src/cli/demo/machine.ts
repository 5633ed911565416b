import type { BalloonReport } from "../../device/index.ts";
import { RecordingHost } from "../../host/index.ts";
import type { DeviceClass } from "../../negotiation/index.ts";
import { attach_balloon } from "../../v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../v86/index.ts";
import { printConduct } from "../terminal/balloon.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";

/** Suggested private bit for SILENT_DEFLATE: in the range for devices, far from every known claim. */
export const SILENT_BIT = 50;

/** What the demo's device tolerates, and whether it offers {@link SILENT_BIT} where its class lets it. */
export interface DemoDevice {
  readonly silentDeflate: DeviceClass;
  readonly offersSilent: boolean;
}

/** A balloon and the host under it, as the demo attaches them to a guest. */
export interface DemoMachine {
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
}

/**
 * Attaches a balloon whose host keeps an exact lock set in memory and really zeroes what is discarded: pinned, as with
 * PCI passthrough, so that the lock policy has something to decide.
 */
export function attachDemoBalloon(
  emulator: object,
  { silentDeflate, offersSilent }: DemoDevice,
  options: V86BalloonOptions = {},
): DemoMachine {
  let host: RecordingHost | undefined;
  const balloon = attach_balloon(emulator, {
    ...options,
    silent_deflate: silentDeflate,
    ...(offersSilent ? { silent_deflate_bit: SILENT_BIT } : {}),
    host: (inner, guestFrames) => (host = new RecordingHost({ frames: guestFrames, inner })),
  });
  return { balloon, host: host! };
}

/** Prints the negotiation: what was offered, what the driver took, and what follows for the lock policy. */
export function printNegotiation(screen: Screen, { offered, accepted, verdict }: BalloonReport): void {
  screen.line("offered", offered.join(" "));
  screen.line("accepted", verdict?.outcome === "accept" ? accepted.join(" ") : "none");
  if (verdict === undefined) return;
  screen.line(
    "verdict",
    `${verdict.outcome}, lock policy ${verdict.lockPolicy.toUpperCase()}${verdict.complaint ? ", buggy driver" : ""}`,
  );
  screen.line("", verdict.reason);
}

/** Prints the totals. */
export function printTotals(screen: Screen, { balloon, host }: DemoMachine): void {
  const report = balloon.report();
  const { unlockedRuns, unlockedFrames, discardedRuns, discardedFrames, lockedRuns, lockedFrames } =
    report.host;
  screen.line("batches", `${report.batches.inflate} inflate, ${report.batches.deflate} deflate`);
  screen.line("held", `${frames(report.held)}, target ${report.target}, the driver says ${report.actual}`);
  screen.line("host", `unlocked  ${unlockedRuns} runs, ${frames(unlockedFrames)}`);
  screen.line("", `discarded ${discardedRuns} runs, ${frames(discardedFrames)}`);
  screen.line("", `locked    ${lockedRuns} runs, ${frames(lockedFrames)}`);
  screen.line("", `now locked: ${frames(host.lockedFrames)} of ${report.frames}`);
  printConduct(screen, report);
}
