import type { BalloonCounters } from "../../balloon/index.ts";
import { RecordingHost } from "../../host/index.ts";
import type { DeviceClass } from "../../negotiation/index.ts";
import { attachBalloon } from "../../v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../v86/index.ts";
import { printConduct } from "../terminal/balloon.ts";
import { frames } from "../terminal/screen.ts";
import type { Screen } from "../terminal/screen.ts";

/** A suggested private bit for SILENT_DEFLATE. It is in the range for devices, far from every known use. */
export const SILENT_BIT = 50;

/** The class of the demo's device, and whether it offers {@link SILENT_BIT} if its class allows that. */
export interface DemoDevice {
  readonly silentDeflate: DeviceClass;
  readonly offersSilent: boolean;
}

/** A balloon and its host, as the demo attaches them to a guest. */
export interface DemoMachine {
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
}

/**
 * Attaches a balloon whose host tracks locks exactly, in memory, and really zeroes what is discarded. The host is
 * pinned, as with PCI passthrough, so that the lock policy has an effect.
 */
export function attachDemoBalloon(
  emulator: object,
  { silentDeflate, offersSilent }: DemoDevice,
  options: V86BalloonOptions = {},
): DemoMachine {
  let host: RecordingHost | undefined;
  const balloon = attachBalloon(emulator, {
    ...options,
    silentDeflate: silentDeflate,
    ...(offersSilent ? { silentDeflateBit: SILENT_BIT } : {}),
    host: (inner, guestFrames) => (host = new RecordingHost({ frames: guestFrames, inner })),
  });
  return { balloon, host: host! };
}

/** Prints the negotiation: what was offered, what the driver took, and the resulting lock policy. */
export function printNegotiation(screen: Screen, { offered, accepted, outcome }: BalloonCounters): void {
  screen.line("offered", offered.join(" "));
  screen.line("accepted", outcome?.result === "accepted" ? accepted.join(" ") : "none");
  if (outcome === undefined) return;
  screen.line(
    "outcome",
    `${outcome.result}, lock policy ${outcome.lockPolicy.toUpperCase()}${outcome.driverFault ? ", buggy driver" : ""}`,
  );
  screen.line("", outcome.reason);
}

/** Prints the totals. */
export function printTotals(screen: Screen, { balloon, host }: DemoMachine): void {
  const report = balloon.counters();
  const { unlockedRuns, unlockedFrames, discardedRuns, discardedFrames, lockedRuns, lockedFrames } =
    report.host;
  screen.line("batches", `${report.batches.inflate} inflate, ${report.batches.deflate} deflate`);
  screen.line(
    "ballooned",
    `${frames(report.balloonedFrames)}, target ${report.targetFrames}, the driver says ${report.actualFrames}`,
  );
  screen.line("host", `unlocked  ${unlockedRuns} runs, ${frames(unlockedFrames)}`);
  screen.line("", `discarded ${discardedRuns} runs, ${frames(discardedFrames)}`);
  screen.line("", `locked    ${lockedRuns} runs, ${frames(lockedFrames)}`);
  screen.line("", `now locked: ${frames(host.lockedFrames)} of ${report.frames}`);
  printConduct(screen, report);
}
