import type { BalloonCounters } from "../../balloon/index.ts";
import type { DemoMachine } from "./machine.ts";
import type { Screen } from "../terminal/screen.ts";

/** Something that both sides report, and what they report. */
export interface Claim {
  readonly what: string;
  readonly guest: string | number;
  readonly host: string | number;
}

/** The result of a demo. */
export interface Conclusion {
  readonly agreed: boolean;
  readonly claims: readonly Claim[];
  readonly balloon: BalloonCounters;
}

/** Prints what guest and host report about the same things, and whether they agree on all of them. */
export function conclude(screen: Screen, { balloon }: DemoMachine, claims: readonly Claim[]): Conclusion {
  const wrong = claims.filter(({ guest, host }) => String(guest) !== String(host));
  for (const { what, guest, host } of wrong)
    screen.line("DISAGREE", `${what}: the guest says ${guest}, the host ${host}`, "bad");
  const agreed = wrong.length === 0;
  const all = claims.map(({ what, host }) => `${what} ${host}`).join(", ");
  if (agreed) screen.line("agree", `guest and host: ${all}`, "good");
  return { agreed, claims, balloon: balloon.counters() };
}

/** How many frames must be locked: with the lock policy on, all memory except the balloon; otherwise all memory. */
export function lockClaim({ balloon, host }: DemoMachine): Claim {
  const { frames, balloonedFrames, outcome, owedFrames, keptLockedFrames } = balloon.counters();
  const released = outcome?.lockPolicy === "on" ? balloonedFrames - keptLockedFrames : 0;
  return { what: "locked frames", guest: frames - released - owedFrames, host: host.lockedFrames };
}
